"""What goes wrong with keys and ciphertexts. None of them carries anything secret."""


class InvalidCiphertext(ValueError):
    """Not a ciphertext of this key, or altered, or of another encryption context: never said which."""

"""What goes wrong with keys, ciphertexts and seals. None of them carries anything secret."""


class InvalidCiphertext(ValueError):
    """Not a ciphertext of this key, or altered, or of another encryption context: never said which."""


class SealError(ValueError):
    """The seal cannot be opened; the message tells the operator why."""


class MissingSecret(SealError):
    """Nobody has given the passphrase, or the PIN, yet: a server that meets this starts sealed, and waits."""


class WrongPassphrase(SealError):
    """The passphrase, or a token's PIN, is not the one the seal was made with."""


class UnsafeFile(SealError):
    """A file that holds a secret may be read or replaced by others than its owner."""

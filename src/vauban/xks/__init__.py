"""Vauban as an external key store proxy: AWS's own KMS, or another Vauban, keeps its keys here.

``records`` says what the operator has set up, ``requests`` what may be asked, ``keys`` how it is answered, ``door`` how
it comes in. AWS's XKS proxy API, version 1: https://github.com/aws/aws-kms-xksproxy-api-spec
"""

"""Functions that rotate a secret, ready to be attached to it: they run as Lambda functions, outside Vauban.

They import nothing else of Vauban, and reach it as any function does: by its API, with the credentials of their role.
Source: "Lambda function rotation" and "Rotation function templates", AWS Secrets Manager User Guide.
"""

"""A second implementation of sealwax, written from SPEC.md alone, for checking test vectors.

It is made to be read beside SPEC.md and for nothing else: it is slow and not constant-time.
"""

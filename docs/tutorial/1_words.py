"""
Words
=====

A stand-in until the tutorial is written.
"""

print("words")

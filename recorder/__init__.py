"""A recording comes in: what is it, is it sound, where does it live.

`probe` says what a file is or refuses it by name; `decode`, `decode_span` and `clip` give its sound;
`peaks_of` draws it; `make_playable` makes what a browser can play; `storage` keeps the bytes; `calldata` and
`manifest` read what the telephone system knows; `watch` tells when a file has stopped growing.
"""

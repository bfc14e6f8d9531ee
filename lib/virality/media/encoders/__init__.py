"""Encoders: classic descriptors and pretrained CLIP and Whisper behind one interface."""

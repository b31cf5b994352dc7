"""A stand-in for audiocraft: MusicGen as two codebooks of eight codes and a sound of two tones."""

"""What record-tflite-vectors.py records."""

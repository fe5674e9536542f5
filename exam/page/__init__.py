"""What Streamlit shows beside the chapters: controls, study, sentences, address, save, share.

Imports charts, service and model, but no chapters.
"""

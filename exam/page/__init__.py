"""What Streamlit shows beside the chapters: controls, study, sentences, address, save, share.

Knows charts, service and model, and no chapter.
"""

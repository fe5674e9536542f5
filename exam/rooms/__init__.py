"""Rooms: what the people in a hall guess, study and write, as data in memory.

Knows the model and nothing of Streamlit; exam/hall shows rooms on a projector.
"""

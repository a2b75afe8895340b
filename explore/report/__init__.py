"""The report of an exploration, made of exploration.json ("bcq-explore-1") alone: a page, Markdown and pictures.

Points say themselves whether they are feasible and on the front; nothing of that is decided here.
"""

"""Names that two venues write differently: teams, clubs, nations, people, competitions.

Facts about the world, not about any one listing. A name that is not here is compared as words.
"""

"""Judgements: from what was seen to one line each, with its remedy. Nothing here touches the machine."""

"""What happens in the opening of a film, as facts that a creator would name.

Words on the screen (``words``), speech and music (``voice``), faces (``faces``), cuts and motion
(``cuts``): each finder measures one film alone, and nothing is fitted. ``look`` runs them;
``facts`` says what each number means.
"""

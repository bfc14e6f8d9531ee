"""From media files to numbers.

``extract`` is the way in: posts and a folder of films (``settings`` says how to look at them) go
in, tables come out (``tables``, ``diagnostics``). On the way ``match`` finds the file of each post,
``film`` reads and measures the opening of one film, ``encoders`` turn it into vectors,
``processes`` do so side by side, guarded, and ``cache`` keeps what was computed.
"""

import warnings

# The libraries of the encoders warn about a widget that a page has no use for.
warnings.filterwarnings("ignore", message="IProgress not found")

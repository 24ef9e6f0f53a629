"""The views, one module for each page or group of pages; `bot.web.urls` lists all addresses."""

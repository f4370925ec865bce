"""The service and the page: an HTTP front in one process, the model and the libraries in worker processes."""

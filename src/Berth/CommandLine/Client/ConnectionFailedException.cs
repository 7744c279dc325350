namespace Berth.CommandLine.Client;

/// <summary>The server cannot be reached, or does not let the application in. The message is for people.</summary>
internal sealed class ConnectionFailedException(string message, Exception? inner = null) : Exception(message, inner);

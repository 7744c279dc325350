namespace Berth.Serving;

/// <summary>The server cannot start as it was asked to. The message is one line for people; the exit code is 2.</summary>
internal sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);

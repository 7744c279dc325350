using System.CommandLine;

namespace Berth.CommandLine.Client;

/// <summary>The commands that speak Graph to a running Berth. Nothing here may touch the server: they must start fast.</summary>
internal static class ClientCommands
{
    /// <summary>Adds every client command to the root.</summary>
    public static void AddTo(RootCommand root)
    {
        ArgumentNullException.ThrowIfNull(root);
    }
}

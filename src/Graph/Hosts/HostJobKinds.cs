using System.Text.Json;
using Berth.Engine.CloudPcs;

namespace Berth.Graph.Hosts;

/// <summary>The kinds of jobs as they stand on the wire: in camel case.</summary>
internal static class HostJobKinds
{
    private static readonly string[] Names = [.. Enum.GetNames<HostJobKind>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>Every kind by its name.</summary>
    public static IReadOnlyDictionary<string, HostJobKind> ByName { get; } =
        Enum.GetValues<HostJobKind>().ToDictionary(ToName, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of a kind.</summary>
    public static string ToName(this HostJobKind kind) => Names[(int)kind];
}

using System.Text.RegularExpressions;

namespace Berth.Conformance.Tests.Completeness;

/// <summary>Which program that nobody here wrote sent a request, by what it says of itself in every request.</summary>
public static partial class Client
{
    /// <summary>How a client begins its <c>SdkVersion</c>, or what stands in its <c>User-Agent</c>, and the name of its package.</summary>
    private static readonly (string Said, string Package)[] _known =
    [
        ("graph-dotnet", "Microsoft.Graph"),
        ("graph-js", "@microsoft/microsoft-graph-client"),
        ("graph-typescript-beta", "@microsoft/msgraph-beta-sdk"),
        ("CLIMicrosoft365", "@pnp/cli-microsoft365"),

        // It tells the version of the library that its requests go through, not its own.
        ("azsdk-net-Core", "Azure.Identity with Azure.Core"),
        ("azsdk-js-identity", "@azure/identity"),
    ];

    /// <summary>The package and its version, such as <c>Microsoft.Graph 6.10.0</c>; null for a client that names none of those that count.</summary>
    /// <param name="sdkVersion">The header <c>SdkVersion</c>.</param>
    /// <param name="userAgent">The header <c>User-Agent</c>.</param>
    public static string? Of(string? sdkVersion, string? userAgent) =>
        (from said in new[] { sdkVersion, userAgent }
         where said is not null
         from product in Product().Matches(said)
         from known in _known
         where product.Groups["name"].Value == known.Said
         select $"{known.Package} {product.Groups["version"].Value}").FirstOrDefault();

    [GeneratedRegex(@"(?<name>[A-Za-z0-9-]+)/(?<version>\d[\w.-]*)")]
    private static partial Regex Product();
}

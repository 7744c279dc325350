using Berth.Demo;

namespace Berth.Gateway;

/// <summary>
/// The variables that lead a program's Graph and authority to the gateway, and those it signs in with. What the person set wins, but for the proxy and the
/// files of authorities: without them nothing would lead here.
/// </summary>
internal static class ChildEnvironment
{
    /// <summary>What a program on this machine shows as the header of its managed identity; only its presence matters (Identity/ManagedIdentity).</summary>
    public const string IdentityHeader = "berth-exec";

    private const string Loopback = "localhost,127.0.0.1,::1";

    /// <summary>Sets the variables.</summary>
    /// <param name="variables">Those of the person; changed in place.</param>
    /// <param name="gateway">The proxy.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="trust">The files of authorities.</param>
    public static void Prepare(IDictionary<string, string?> variables, Uri gateway, Uri server, TrustFiles trust)
    {
        string proxy = gateway.GetLeftPart(UriPartial.Authority);

        // Programs disagree about the spelling; plain http goes to the gateway too, so that it is refused and not leaked.
        foreach (string name in (ReadOnlySpan<string>)["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"])
        {
            variables[name] = proxy;
            variables[name.ToLowerInvariant()] = proxy;
        }

        variables["NO_PROXY"] = Loopback;
        variables["no_proxy"] = Loopback;

        variables["SSL_CERT_FILE"] = trust.Bundle;
        variables["REQUESTS_CA_BUNDLE"] = trust.Bundle;
        variables["CURL_CA_BUNDLE"] = trust.Bundle;
        variables["NODE_EXTRA_CA_CERTS"] = trust.Authority;

        // Node from 24 on reads the proxy itself when it is told to; the script stands in before that.
        variables["NODE_USE_ENV_PROXY"] = "1";
        variables["BERTH_EXEC_GATEWAY"] = proxy;
        variables["NODE_OPTIONS"] = $"{variables.ValueOf("NODE_OPTIONS")} --require \"{trust.NodeProxy}\"".TrimStart();

        variables.Default("AZURE_TENANT_ID", DemoTenant.Id.ToString());
        variables.Default("AZURE_CLIENT_ID", DemoTenant.ClientId.ToString());

        // The demo's secret belongs to the demo's client, and Azure.Identity would prefer it to every other way in.
        bool othersWay = Array.Exists(["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_USERNAME"], name => variables.ValueOf(name) is not null);
        if (!othersWay && DemoTenant.ClientId.ToString().Equals(variables.ValueOf("AZURE_CLIENT_ID"), StringComparison.OrdinalIgnoreCase))
        {
            variables.Default("AZURE_CLIENT_SECRET", DemoTenant.Secret);
        }

        if (variables.ValueOf("IDENTITY_ENDPOINT") is null)
        {
            variables["IDENTITY_ENDPOINT"] = server.GetLeftPart(UriPartial.Authority) + "/msi/token";
            variables["IDENTITY_HEADER"] = IdentityHeader;
        }
    }

    private static string? ValueOf(this IDictionary<string, string?> variables, string name) =>
        variables.TryGetValue(name, out string? value) && !string.IsNullOrEmpty(value) ? value : null;

    private static void Default(this IDictionary<string, string?> variables, string name, string value) => variables[name] = variables.ValueOf(name) ?? value;
}

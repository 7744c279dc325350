using System.Text.Json;
using Berth.Connect.Wire;

namespace Berth.Connect.Writing;

/// <summary>Which tenant it really is, read from Graph now: what a person looks at before anything is written (B576).</summary>
/// <param name="Id">The tenant's id.</param>
/// <param name="DisplayName">The organization's name.</param>
/// <param name="Domains">Its verified domains, the default one first.</param>
public sealed record TenantFacts(Guid Id, string DisplayName, IReadOnlyList<string> Domains)
{
    /// <summary>The verified default domain.</summary>
    public string Domain => Domains[0];

    /// <summary>Reads them.</summary>
    /// <exception cref="ConnectFailedException">Nobody could be asked, or Graph does not tell.</exception>
    public static async Task<TenantFacts> ReadAsync(GraphPort port, CancellationToken cancel)
    {
        PortAnswer answer = await port.SendAsync(PortCall.Get("/v1.0/organization?$select=id,displayName,verifiedDomains"), cancel).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            throw new ConnectFailedException($"Graph does not tell which tenant this is ({answer.Code}: {answer.Message}): the application needs Organization.Read.All.");
        }

        using JsonDocument json = answer.Json();
        try
        {
            JsonElement one = json.RootElement.GetProperty("value")[0];
            string[] domains =
            [
                .. one.GetProperty("verifiedDomains").EnumerateArray().OrderByDescending(static domain => domain.TryGetProperty("isDefault", out JsonElement flag) && flag.GetBoolean())
                    .Select(static domain => domain.GetProperty("name").GetString() ?? throw new FormatException("A domain has no name.")),
            ];
            return domains.Length == 0
                ? throw new ConnectFailedException("the tenant has no verified domain, so nobody can say which one it is.")
                : new TenantFacts(one.GetProperty("id").GetGuid(), one.GetProperty("displayName").GetString() ?? "", domains);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            throw new ConnectFailedException("the answer to /organization is not Microsoft Graph's: is the address right?", e);
        }
    }

    /// <summary>Whether a domain is one of the tenant's, whole; case does not matter in domains.</summary>
    public bool Has(string domain) => Domains.Contains(domain, StringComparer.OrdinalIgnoreCase);
}

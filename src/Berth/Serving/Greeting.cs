using Berth.Cluster;
using Berth.CommandLine;
using Berth.Demo;
using Berth.Engine;
using Berth.Ledger;
using Berth.SetUp;

namespace Berth.Serving;

/// <summary>What the console says once the server listens. The first lines name every address, one each.</summary>
internal static class Greeting
{
    /// <summary>How a line with an address begins.</summary>
    public const string Listens = "Berth listens on ";

    /// <summary>The last line: everything is said, and requests are served.</summary>
    public const string Farewell = "Ctrl-C stops; the data stays.";

    /// <summary>Says it.</summary>
    public static async Task WriteAsync(ServeOptions options, IReadOnlyList<Uri> addresses, LedgerDoor ledger, SetUpCode? setUp, ClusterNode? node = null)
    {
        foreach (Uri address in addresses)
        {
            await Console.Out.WriteLineAsync($"{Listens}{Origin(address)}").ConfigureAwait(false);
        }

        await Console.Out.WriteLineAsync($"Data     {options.Database?.ToString() ?? options.DataFolder}").ConfigureAwait(false);
        if (node is not null)
        {
            await Console.Out.WriteLineAsync($"Cluster  node {ledger.Node} at {Origin(node.Url)}, one of {node.Counts.Nodes}").ConfigureAwait(false);
        }

        IReadOnlyList<TenantProfile> list = await ledger.ReadListAsync().ConfigureAwait(false);
        foreach (string line in options.Demo ? Demo(addresses, list.Single(profile => profile.Id == DemoTenant.Id), ledger.Find(DemoTenant.Id)?.Current, options.Seed) : setUp is not null ? SetUp(addresses, setUp) : Plain(addresses, list))
        {
            await Console.Out.WriteLineAsync(line).ConfigureAwait(false);
        }

        await Console.Out.WriteLineAsync(Farewell).ConfigureAwait(false);
        await Console.Out.FlushAsync().ConfigureAwait(false);
    }

    private static IEnumerable<string> Demo(IReadOnlyList<Uri> addresses, TenantProfile profile, Tenant? tenant, DemoSeed seed)
    {
        string berth = Environment.ProcessPath is { } path && !Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.Ordinal)
            ? path
            : $"dotnet {Path.Combine(AppContext.BaseDirectory, "berth.dll")}";
        string graph = Origin(addresses[0]) == ServeCommand.DefaultUrls ? "" : $" --graph {Origin(addresses[0])}";
        string size = tenant is null ? "" : $": {tenant.UserCount} users, {tenant.GroupCount} groups, {tenant.Subscriptions.Count} subscriptions";
        yield return $"Tenant   {profile.DisplayName} ({DemoTenant.Domain}) {DemoTenant.Id}{size}";
        yield return $"Client   {DemoTenant.ClientId} with the secret {DemoTenant.Secret}; {DemoTenant.Admin} with the password {DemoTenant.Password}";
        yield return $"Try, in a browser at {Portal(addresses)} or in another terminal:";
        yield return $"  {berth} sku list{graph}";
        yield return tenant?.Subscriptions.Count > 0 || (tenant is null && seed == DemoSeed.Contoso)
            ? $"  {berth} user license add {DemoTenant.Admin} --sku CPC_E_4C_16GB_512GB{graph}"
            : $"  {berth} catalog list{graph}";
        yield return $"  {berth} user license list {DemoTenant.Admin}{graph}";
    }

    private static IEnumerable<string> SetUp(IReadOnlyList<Uri> addresses, SetUpCode setUp)
    {
        yield return $"Set-up code: {setUp.Text}";
        yield return $"This Berth has no tenant yet. Create it, once, with the code above, in a browser at {Portal(addresses)} or:";
        yield return $"  curl -s {Origin(addresses[0])}{SetUpEndpoint.Path} -H 'Content-Type: application/json' \\";
        yield return $"    -d '{{\"code\":\"{setUp.Text}\",\"displayName\":\"My company\",\"domain\":\"company.example\",\"country\":\"US\"}}'";
    }

    private static IEnumerable<string> Plain(IReadOnlyList<Uri> addresses, IReadOnlyList<TenantProfile> list)
    {
        yield return $"Portal   {Portal(addresses)}";
        foreach (TenantProfile profile in list)
        {
            yield return $"Tenant   {profile.DisplayName} ({profile.Domain}) {profile.Id}";
        }

        if (list.All(profile => profile.Id == DemoTenant.Id))
        {
            yield return "This data folder holds only the demo tenant, whose client is accepted with --demo only.";
        }
    }

    private static string Portal(IReadOnlyList<Uri> addresses) => $"{Origin(addresses[0])}{PortalFiles.Path}/";

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Berth.Connect;
using Berth.Connect.Copies;
using Berth.Connect.Profiles;
using Berth.Connect.Pulling;
using Berth.Connect.Wire;

namespace Berth.CommandLine.Client.Tenants;

/// <summary><c>berth tenant</c>: the tenants that Berth can copy and write to (B560).</summary>
internal static class TenantCommands
{
    private static readonly Dictionary<string, CredentialKind> _kinds = new(StringComparer.Ordinal)
    {
        ["device-code"] = CredentialKind.DeviceCode,
        ["secret"] = CredentialKind.ClientSecret,
        ["certificate"] = CredentialKind.Certificate,
        ["environment"] = CredentialKind.Environment,
    };

    /// <summary>The command with those below it.</summary>
    public static Command Create() => new("tenant", "Tenants elsewhere that can be pulled, planned on and written to.") { Add(), List(), Remove() };

    private static Command Add()
    {
        Argument<string> name = new("NAME") { Description = "What to call it here: small letters, digits and hyphens." };
        Option<string> tenant = new("--tenant") { Description = "Its id or one of its domains.", HelpName = "ID", Required = true };
        Option<string> client = new("--client-id") { Description = "The application to sign in as; not with 'environment'.", HelpName = "ID", DefaultValueFactory = static _ => "" };
        Option<string> kind = new("--credential") { Description = "device-code, secret, certificate or environment (AZURE_* variables).", HelpName = "KIND", DefaultValueFactory = static _ => "device-code" };
        kind.AcceptOnlyFromAmong([.. _kinds.Keys]);
        Option<string?> variable = new("--secret-variable") { Description = "The environment variable that has the secret; without it the secret is asked for each time. The secret itself is kept nowhere.", HelpName = "VARIABLE" };
        Option<FileInfo?> certificate = new("--certificate") { Description = "The certificate with its key, a PEM or PFX file.", HelpName = "FILE" };
        Option<string> graph = new("--graph") { Description = "Its Graph.", HelpName = "URL", DefaultValueFactory = static _ => "https://graph.microsoft.com" };
        Option<string?> authority = new("--authority") { Description = "Where its tokens come from, when it is not what goes with --graph.", HelpName = "URL" };
        Option<string?> data = TenantOptions.Data();
        Option<string> output = TenantOptions.Output();
        Command add = new("add", "Add a tenant: signs in once and shows whose it is.") { name, tenant, client, kind, variable, certificate, graph, authority, data, output };
        add.SetAction((parsed, cancel) =>
        {
            Screen screen = ScreenOf(parsed, output);
            return TenantOptions.RunAsync(
                screen,
                async () =>
                {
                    if (Connection.ReadAddress(parsed.GetValue(graph)!) is not { } address || (parsed.GetValue(authority) is { } text ? Connection.ReadAddress(text) : TenantProfile.AuthorityOf(address)) is not { } issuer)
                    {
                        throw new ConnectFailedException("--graph and --authority are addresses: write https://HOST.");
                    }

                    TenantProfile profile = new(
                        parsed.GetValue(name)!, parsed.GetValue(tenant)!, parsed.GetValue(client)!, _kinds[parsed.GetValue(kind)!], address, issuer, parsed.GetValue(variable), parsed.GetValue(certificate)?.FullName);
                    TenantShelf shelf = TenantOptions.ShelfOf(parsed.GetValue(data));
                    if ((profile.Problem() ?? (shelf.Has(profile.Name) ? $"there is a tenant '{profile.Name}' already: remove it first with 'berth tenant remove {profile.Name}'." : null)) is { } problem)
                    {
                        throw new ConnectFailedException(problem);
                    }

                    using GraphPort port = TenantOptions.PortTo(profile, screen, TimeProvider.System);
                    GraphOrganization organization = await Pull.OrganizationAsync(port, cancel).ConfigureAwait(false);
                    shelf.Write(profile);
                    Show(parsed, screen, new JsonObject { ["name"] = profile.Name, ["id"] = organization.Id, ["displayName"] = organization.DisplayName, ["domain"] = organization.Domain });
                    screen.Say($"{profile.Name} is {organization.DisplayName} ({organization.Domain}, {organization.Id}). 'berth pull {profile.Name}' copies it.");
                    return ExitCode.Done;
                },
                cancel);
        });
        return add;
    }

    private static Command List()
    {
        Option<string?> data = TenantOptions.Data();
        Option<string> output = TenantOptions.Output();
        Command list = new("list", "Show the tenants that were added, and how old their copies are.") { data, output };
        list.SetAction((parsed, cancel) =>
        {
            Screen screen = ScreenOf(parsed, output);
            return TenantOptions.RunAsync(
                screen,
                () =>
                {
                    TenantShelf shelf = TenantOptions.ShelfOf(parsed.GetValue(data));
                    (TenantProfile Profile, CopyHead? Head)[] all = [.. shelf.Names().Select(name => (shelf.Read(name), CopyFile.ReadHead(shelf.FolderOf(name))))];
                    Show(parsed, screen, new JsonObject
                    {
                        ["value"] = new JsonArray([.. all.Select(static one => new JsonObject
                        {
                            ["name"] = one.Profile.Name,
                            ["tenant"] = one.Profile.Tenant,
                            ["graph"] = one.Profile.Graph.ToString(),
                            ["credential"] = _kinds.First(kind => kind.Value == one.Profile.Credential).Key,
                            ["displayName"] = one.Head?.Organization.DisplayName,
                            ["domain"] = one.Head?.Organization.Domain,
                            ["pulledAt"] = one.Head?.PulledAt.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
                            ["missing"] = new JsonArray([.. (one.Head?.Missing ?? []).Select(static part => JsonValue.Create(part.Part))]),
                        })]),
                    });
                    if (all.Length == 0)
                    {
                        screen.Say("No tenant was added yet: 'berth tenant add NAME --tenant ID --client-id ID'.");
                    }
                    else
                    {
                        screen.Table(
                            ["Name", "Tenant", "Organization", "Signs in with", "Pulled at", "Without"],
                            [.. all.Select(static one => new[]
                            {
                                one.Profile.Name,
                                one.Head?.Organization.Domain ?? one.Profile.Tenant,
                                one.Head?.Organization.DisplayName ?? "",
                                _kinds.First(kind => kind.Value == one.Profile.Credential).Key,
                                one.Head is { } head ? head.PulledAt.ToString("u", System.Globalization.CultureInfo.InvariantCulture) : "never",
                                string.Join(", ", (one.Head?.Missing ?? []).Select(static part => part.Part)),
                            })]);
                    }

                    return Task.FromResult(ExitCode.Done);
                },
                cancel);
        });
        return list;
    }

    private static Command Remove()
    {
        Argument<string> name = new("NAME") { Description = "Which." };
        Option<string?> data = TenantOptions.Data();
        Option<string> output = TenantOptions.Output();
        Command remove = new("remove", "Forget a tenant and delete its copy here. The tenant itself is not touched.") { name, data, output };
        remove.SetAction((parsed, cancel) =>
        {
            Screen screen = ScreenOf(parsed, output);
            return TenantOptions.RunAsync(
                screen,
                () =>
                {
                    TenantShelf shelf = TenantOptions.ShelfOf(parsed.GetValue(data));
                    string which = parsed.GetValue(name)!;
                    if (!shelf.Has(which))
                    {
                        shelf.Read(which);
                    }

                    shelf.Remove(which);
                    Show(parsed, screen, new JsonObject { ["name"] = which });
                    screen.Say($"{which} and its copy are forgotten.");
                    return Task.FromResult(ExitCode.Done);
                },
                cancel);
        });
        return remove;
    }

    /// <summary>The screen of a command with an output option of its own.</summary>
    internal static Screen ScreenOf(ParseResult parsed, Option<string> output) =>
        new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(output) == "json");

    /// <summary>The answer for a program, when one asks.</summary>
    internal static void Show(ParseResult parsed, Screen screen, JsonObject answer)
    {
        if (screen.Json)
        {
            parsed.InvocationConfiguration.Output.WriteLine(answer.ToJsonString());
        }
    }
}

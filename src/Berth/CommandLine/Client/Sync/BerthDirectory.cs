using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Sync;

/// <summary>A user as Berth has it.</summary>
/// <param name="Id">The object id.</param>
/// <param name="Mark"><c>onPremisesImmutableId</c>, or null.</param>
/// <param name="IsEnabled">Whether the account is good.</param>
/// <param name="Properties">Values by Graph's names.</param>
internal sealed record HereUser(Guid Id, string? Mark, bool IsEnabled, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>The sign-in name.</summary>
    public string UserPrincipalName => Properties["userPrincipalName"];
}

/// <summary>A group as Berth has it.</summary>
/// <param name="Id">The object id.</param>
/// <param name="Mark">The mail alias, or null.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="IsDynamic">Whether its members follow a rule.</param>
internal sealed record HereGroup(Guid Id, string? Mark, string DisplayName, string? Description, bool IsDynamic);

/// <summary>What Berth has, as far as a sync is concerned.</summary>
/// <param name="Users">All users.</param>
/// <param name="Groups">All groups.</param>
/// <param name="Members">The users in each group that the sync may change, by the group's id.</param>
internal sealed record HereDirectory(IReadOnlyList<HereUser> Users, IReadOnlyList<HereGroup> Groups, IReadOnlyDictionary<Guid, IReadOnlySet<Guid>> Members);

/// <summary>Reads a tenant for a sync.</summary>
internal static class BerthDirectory
{
    private const int Top = 999;

    /// <summary>Reads users, groups, and the members of those groups that a test takes.</summary>
    /// <exception cref="SourceFailedException">The server refuses.</exception>
    public static async Task<HereDirectory> ReadAsync(GraphClient graph, IReadOnlyList<string> properties, Func<HereGroup, bool> isNeeded, CancellationToken cancel)
    {
        string[] names = [.. properties.Append("userPrincipalName").Append("displayName").Distinct(StringComparer.Ordinal)];
        string select = string.Join(',', names.Append("id").Append("accountEnabled").Append("onPremisesImmutableId"));
        List<HereUser> users = [];
        foreach (JsonElement row in await AllAsync(graph, $"/users?$top={Top}&$select={select}", "The users", cancel).ConfigureAwait(false))
        {
            Dictionary<string, string> values = new(StringComparer.Ordinal);
            foreach (string name in names)
            {
                if (Text(row, name) is { } value)
                {
                    values[name] = value;
                }
            }

            users.Add(new HereUser(row.GetProperty("id").GetGuid(), Text(row, "onPremisesImmutableId"), row.GetProperty("accountEnabled").ValueKind == JsonValueKind.True, values));
        }

        List<HereGroup> groups = [];
        Dictionary<Guid, IReadOnlySet<Guid>> members = [];
        foreach (JsonElement row in await AllAsync(graph, $"/groups?$top={Top}&$select=id,displayName,description,mailNickname,groupTypes", "The groups", cancel).ConfigureAwait(false))
        {
            HereGroup group = new(
                row.GetProperty("id").GetGuid(), Text(row, "mailNickname"), Text(row, "displayName") ?? "", Text(row, "description"),
                row.GetProperty("groupTypes").EnumerateArray().Any(type => type.ValueEquals("DynamicMembership")));
            groups.Add(group);
            if (isNeeded(group))
            {
                members[group.Id] = (await AllAsync(graph, $"/groups/{group.Id}/members/microsoft.graph.user?$top={Top}&$select=id", $"The members of {group.DisplayName}", cancel).ConfigureAwait(false))
                    .Select(member => member.GetProperty("id").GetGuid()).ToHashSet();
            }
        }

        return new HereDirectory(users, groups, members);
    }

    private static async Task<List<JsonElement>> AllAsync(GraphClient graph, string path, string what, CancellationToken cancel)
    {
        Reply<List<JsonElement>> reply = await graph.GetAllAsync(GraphCall.Version + path, SyncJson.Default.PageJsonElement, cancel).ConfigureAwait(false);
        return reply.Is(out List<JsonElement>? all, out GraphRefusal? refusal) ? all : throw new SourceFailedException($"{what} cannot be read: {refusal.Message} [{refusal.Code}] Nothing was changed.");
    }

    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}

/// <summary>What an import came to.</summary>
internal sealed record WireImported(int Users, int Groups, int Members, IReadOnlyList<WireImportError>? Errors, int ErrorCount);

/// <summary>A line that was not taken.</summary>
internal sealed record WireImportError(int Line, string Code, string Message);

/// <summary>What a sync did or would do, for programs.</summary>
internal sealed record SyncAnswer(
    string Name, bool DryRun, int UsersOfSource, int GroupsOfSource, IReadOnlyDictionary<string, int> Counts, int Unchanged, string? Guard, IReadOnlyList<SyncChangeAnswer> Changes, IReadOnlyList<string> Problems);

/// <summary>A change of a sync.</summary>
internal sealed record SyncChangeAnswer(string Kind, string Subject, string Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Page<JsonElement>))]
[JsonSerializable(typeof(WireImported))]
[JsonSerializable(typeof(SyncAnswer))]
internal sealed partial class SyncJson : JsonSerializerContext;

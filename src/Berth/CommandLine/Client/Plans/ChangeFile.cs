using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.AsCode;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;
using Berth.Connect.Wire;
using Berth.Graph;

namespace Berth.CommandLine.Client.Plans;

/// <summary>
/// A file of changes: <c>{"changes":[...]}</c> or the list alone, a plan that was saved, or a file of licenses, from which the changes are computed (B550). People
/// name users, groups and SKUs as they know them; the server is asked for the ids.
/// </summary>
/// <param name="Changes">The changes, with ids.</param>
/// <param name="Saved">The plan that was saved with them, or null.</param>
internal sealed record ChangeFile(JsonArray Changes, JsonObject? Saved)
{
    /// <summary>The largest file, in bytes: what a request may have.</summary>
    public const int MostBytes = GraphLimits.ChangesBytes;

    private const string Mark = "berthPlan";

    /// <summary>Reads a file; null when it is none, which was said then.</summary>
    public static async Task<ChangeFile?> ReadAsync(Session session, FileInfo file, CancellationToken cancel)
    {
        JsonNode? root;
        try
        {
            bool isCode = file.Exists && LicenseFile.Looks(Head(file));
            int most = isCode ? CodeLimits.Bytes : MostBytes;
            if (file.Exists && file.Length > most && !IsSaved(file))
            {
                session.Screen.Warn($"{file.Name} has more than {most} bytes: split it.");
                return null;
            }

            byte[] bytes = await File.ReadAllBytesAsync(file.FullName, cancel).ConfigureAwait(false);
            if (isCode)
            {
                return await CodeChanges.ReadAsync(session, file.Name, bytes, cancel).ConfigureAwait(false) is { } code ? new ChangeFile(code, null) : null;
            }

            ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
            WholeJson.Check(text, gaps: true);
            root = JsonNode.Parse(text, null, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (root is JsonObject && root[Grammar.Mark] is not null)
            {
                return await CodeChanges.ReadAsync(session, file.Name, bytes, cancel).ConfigureAwait(false) is { } code ? new ChangeFile(code, null) : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            session.Screen.Warn($"{file.Name} cannot be read: {e.Message}");
            return null;
        }

        JsonArray? changes = root as JsonArray ?? (root as JsonObject)?["changes"] as JsonArray;
        if (changes is null || changes.Any(static change => change is not JsonObject))
        {
            session.Screen.Warn(
                $"{file.Name} has no changes: it is a list of them, or an object with \"changes\", see docs/how-to/plan-and-undo.md; or a file of licenses, see docs/how-to/licenses-as-code.md.");
            return null;
        }

        JsonObject? saved = (root as JsonObject)?[Mark] is null ? null : root!["plan"] as JsonObject;
        return await ResolveAsync(session, file.Name, changes, cancel).ConfigureAwait(false) ? new ChangeFile(changes, saved) : null;
    }

    /// <summary>Saves changes with the plan that was drawn of them.</summary>
    public static async Task SaveAsync(FileInfo file, JsonArray changes, JsonObject plan, CancellationToken cancel)
    {
        JsonObject saved = new() { [Mark] = 1, ["changes"] = changes.DeepClone(), ["plan"] = plan.DeepClone() };
        await File.WriteAllTextAsync(file.FullName, saved.ToJsonString() + "\n", cancel).ConfigureAwait(false);
    }

    // A saved plan has the outcome beside the changes, and that may be long.
    private static bool IsSaved(FileInfo file) => Head(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{Mark}\"")) >= 0;

    private static byte[] Head(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        byte[] head = new byte[64];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    private static async Task<bool> ResolveAsync(Session session, string file, JsonArray changes, CancellationToken cancel)
    {
        List<(JsonNode Place, object Key, string Kind, string Name)> names = [];
        foreach (JsonObject change in changes.OfType<JsonObject>())
        {
            Note(change, "userId", "user");
            Note(change, "groupId", "group");
            Note(change, "skuId", "sku");
            foreach (JsonObject added in (change["add"] as JsonArray ?? []).OfType<JsonObject>())
            {
                Note(added, "skuId", "sku");
            }

            NoteAll(change["remove"] as JsonArray, "sku");
            NoteAll(change["addMembers"] as JsonArray, "user");
            NoteAll(change["removeMembers"] as JsonArray, "user");
        }

        Dictionary<string, Guid>? skus = await SkusAsync(session, [.. Of("sku")], cancel).ConfigureAwait(false);
        Dictionary<string, Guid>? users = skus is null ? null : await UsersAsync(session, [.. Of("user")], cancel).ConfigureAwait(false);
        Dictionary<string, Guid>? groups = users is null ? null : await GroupsAsync(session, [.. Of("group")], cancel).ConfigureAwait(false);
        if (groups is null)
        {
            session.Screen.Warn($"{file}: nothing was planned.");
            return false;
        }

        foreach ((JsonNode place, object key, string kind, string name) in names)
        {
            JsonValue id = JsonValue.Create((kind switch { "sku" => skus!, "user" => users!, _ => groups })[name].ToString());
            if (place is JsonArray list)
            {
                list[(int)key] = id;
            }
            else
            {
                place[(string)key] = id;
            }
        }

        return true;

        IEnumerable<string> Of(string kind) => names.Where(one => one.Kind == kind).Select(static one => one.Name).Distinct(StringComparer.OrdinalIgnoreCase);

        void Note(JsonObject place, string property, string kind)
        {
            if (place[property] is JsonValue value && value.TryGetValue(out string? name) && !Guid.TryParse(name, out _))
            {
                names.Add((place, property, kind, name));
            }
        }

        void NoteAll(JsonArray? list, string kind)
        {
            for (int i = 0; i < (list?.Count ?? 0); i++)
            {
                if (list![i] is JsonValue value && value.TryGetValue(out string? name) && !Guid.TryParse(name, out _))
                {
                    names.Add((list, i, kind, name));
                }
            }
        }
    }

    /// <summary>The ids of SKUs by the names people use, ids included; null when one names none or several, which was said then.</summary>
    public static async Task<Dictionary<string, Guid>?> SkusAsync(Session session, string[] names, CancellationToken cancel)
    {
        Dictionary<string, Guid> ids = new(StringComparer.OrdinalIgnoreCase);
        Reply<SkuBook> reply = names.Length == 0 ? default : await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
        if (names.Length > 0 && !reply.Is(out _, out GraphRefusal? refusal))
        {
            session.Screen.Refused("The tenant's SKUs", refusal);
            return null;
        }

        foreach (string name in names)
        {
            switch (reply.Value!.Find(name))
            {
                case Naming<NamedSku>.One one:
                    ids.Add(name, one.Value.Id);
                    break;
                case Naming<NamedSku>.Unclear unclear:
                    session.Screen.Warn(unclear.Problem);
                    return null;
            }
        }

        return ids;
    }

    /// <summary>The same of users.</summary>
    public static async Task<Dictionary<string, Guid>?> UsersAsync(Session session, string[] names, CancellationToken cancel)
    {
        Dictionary<string, Guid> ids = new(StringComparer.OrdinalIgnoreCase);
        if (Array.Find(names, static name => !LicenseArguments.IsUser(name)) is { } bad)
        {
            session.Screen.Warn($"'{bad}' is neither a user principal name nor an id.");
            return null;
        }

        GraphAnswer[] answers = names.Length == 0 ? [] : await session.Graph.SendBatchAsync(
            [.. names.Select(static name => GraphCall.Get($"{UserCommands.PathOf(name)}?$select=id"))], cancel).ConfigureAwait(false);
        foreach ((string name, GraphAnswer answer) in names.Zip(answers))
        {
            if (!answer.IsDone)
            {
                session.Screen.Refused(name, GraphRefusal.Of(answer));
                return null;
            }

            ids.Add(name, answer.Read(WireJson.Default.WireUser).Id);
        }

        return ids;
    }

    /// <summary>The same of groups.</summary>
    public static async Task<Dictionary<string, Guid>?> GroupsAsync(Session session, string[] names, CancellationToken cancel)
    {
        Dictionary<string, Guid> ids = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            if (Guid.TryParse(name, out Guid id))
            {
                ids.Add(name, id);
                continue;
            }

            string filter = Uri.EscapeDataString($"displayName eq '{name.Replace("'", "''", StringComparison.Ordinal)}'");
            Reply<List<WireGroup>> named = await session.Graph.GetAllAsync(
                $"{GraphCall.Version}/groups?$filter={filter}&$select=id,displayName", WireJson.Default.PageWireGroup, cancel).ConfigureAwait(false);
            if (!named.Is(out List<WireGroup>? groups, out GraphRefusal? refusal))
            {
                session.Screen.Refused(name, refusal);
                return null;
            }

            if (groups is not [WireGroup only])
            {
                session.Screen.Warn(groups.Count == 0
                    ? $"no group is called '{name}'. A group is named by its whole display name or its id."
                    : $"{groups.Count} groups are called '{name}', so say which by its id: {string.Join(" or ", groups.Select(static one => one.Id))}.");
                return null;
            }

            ids.Add(name, only.Id);
        }

        return ids;
    }
}

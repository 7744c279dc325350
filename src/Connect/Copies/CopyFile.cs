using System.Text;
using System.Text.Json;
using Berth.Connect.Wire;

namespace Berth.Connect.Copies;

/// <summary>
/// A copy in one file, an object a line: <c>DATA/tenants/NAME/copy.ndjson</c>. It is written beside the former one and takes its place in one step, so that whatever
/// happens in the middle of a pull, there is the former copy or the new one (B562).
/// </summary>
public static class CopyFile
{
    /// <summary>Its name in the folder of a tenant.</summary>
    public const string Name = "copy.ndjson";

    /// <summary>Keeps a copy.</summary>
    /// <exception cref="ConnectFailedException">It cannot be written; the former one is as it was.</exception>
    public static void Write(string folder, TenantCopy copy) => WholeFile.Write(Path.Combine(folder, Name), stream =>
    {
        int lines = 0;
        JsonSerializer.Serialize(stream, copy.Head, GraphJson.Default.CopyHead);
        stream.WriteByte((byte)'\n');
        foreach (CopyLine line in Lines(copy))
        {
            JsonSerializer.Serialize(stream, line, GraphJson.Default.CopyLine);
            stream.WriteByte((byte)'\n');
            lines++;
        }

        JsonSerializer.Serialize(stream, new CopyLine { End = lines }, GraphJson.Default.CopyLine);
        stream.WriteByte((byte)'\n');
    });

    /// <summary>The copy in a folder; null when there is none, or one of another version.</summary>
    /// <exception cref="ConnectFailedException">It is damaged, or cannot be read.</exception>
    public static TenantCopy? Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using StreamReader reader = new(path);
            CopyHead? head = reader.ReadLine() is { } first ? WholeJson.Read(Encoding.UTF8.GetBytes(first), GraphJson.Default.CopyHead) : null;
            if (head is not { BerthCopy: CopyHead.Format })
            {
                return null;
            }

            OrderedDictionary<Guid, GraphUser> users = [];
            OrderedDictionary<Guid, GraphGroup> groups = [];
            Dictionary<Guid, GraphMembers> members = [];
            List<GraphSku> skus = [];
            List<GraphSubscription> subscriptions = [];
            List<GraphPolicy> policies = [];
            List<GraphCloudPc> machines = [];
            List<GraphSnapshot> snapshots = [];
            for (int lines = 0; reader.ReadLine() is { } text; lines++)
            {
                switch (WholeJson.Read(Encoding.UTF8.GetBytes(text), GraphJson.Default.CopyLine))
                {
                    case { User: { } user }:
                        users.Add(user.Id, user);
                        break;
                    case { Group: { } group }:
                        groups.Add(group.Id, group);
                        break;
                    case { Members: { } some }:
                        members.Add(some.GroupId, some);
                        break;
                    case { Sku: { } sku }:
                        skus.Add(sku);
                        break;
                    case { Subscription: { } subscription }:
                        subscriptions.Add(subscription);
                        break;
                    case { Policy: { } policy }:
                        policies.Add(policy);
                        break;
                    case { CloudPc: { } machine }:
                        machines.Add(machine);
                        break;
                    case { Snapshot: { } snapshot }:
                        snapshots.Add(snapshot);
                        break;
                    case { End: { } end } when end == lines && reader.EndOfStream:
                        return new TenantCopy(head)
                        {
                            Users = users, Groups = groups, Members = members, Skus = skus, Subscriptions = subscriptions, Policies = policies, CloudPcs = machines,
                            Snapshots = snapshots,
                        };
                    default:
                        throw new ConnectFailedException(Damaged(path, $"line {lines + 2} says nothing that is known"));
                }
            }

            throw new ConnectFailedException(Damaged(path, "its end is missing"));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new ConnectFailedException(Damaged(path, e.Message), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectFailedException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What the copy in a folder says of itself; null when there is none that can be read.</summary>
    public static CopyHead? ReadHead(string folder)
    {
        try
        {
            using StreamReader reader = new(Path.Combine(folder, Name));
            return reader.ReadLine() is { } first ? WholeJson.Read(Encoding.UTF8.GetBytes(first), GraphJson.Default.CopyHead) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string Damaged(string path, string how) => $"{path} is damaged ({how}): pull the tenant anew with --full.";

    private static IEnumerable<CopyLine> Lines(TenantCopy copy) =>
        copy.Users.Values.Select(static one => new CopyLine { User = one })
            .Concat(copy.Groups.Values.Select(static one => new CopyLine { Group = one }))
            .Concat(copy.Members.Values.OrderBy(static one => one.GroupId).Select(static one => new CopyLine { Members = one }))
            .Concat(copy.Skus.Select(static one => new CopyLine { Sku = one }))
            .Concat(copy.Subscriptions.Select(static one => new CopyLine { Subscription = one }))
            .Concat(copy.Policies.Select(static one => new CopyLine { Policy = one }))
            .Concat(copy.CloudPcs.Select(static one => new CopyLine { CloudPc = one }))
            .Concat(copy.Snapshots.Select(static one => new CopyLine { Snapshot = one }));
}

using System.Globalization;
using System.Text;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>A name as written, with its place.</summary>
internal sealed record WrittenName(string Text, Place At);

/// <summary>A license as written.</summary>
/// <param name="Sku">The SKU.</param>
/// <param name="DisabledPlans">The plans that are off; null leaves them as they are (B552).</param>
internal sealed record WrittenLicense(WrittenName Sku, IReadOnlyList<WrittenName>? DisabledPlans);

/// <summary>A group as written; null is what the file says nothing about.</summary>
internal sealed record WrittenGroup(WrittenName Name, IReadOnlyList<WrittenLicense>? Licenses, IReadOnlyList<WrittenName>? Members, bool OnlyLicenses, bool OnlyMembers);

/// <summary>A user as written.</summary>
internal sealed record WrittenUser(WrittenName Name, IReadOnlyList<WrittenLicense>? Licenses, bool OnlyLicenses);

/// <summary>What is written of a SKU as a whole.</summary>
internal sealed record WrittenSku(WrittenName Name, int? Units, bool OnlyUsers, bool OnlyGroups);

/// <summary>An assignment of a policy as written.</summary>
internal sealed record WrittenAssignment(WrittenName Group, WrittenName? ServicePlan, string? Allotment, int? Licenses);

/// <summary>A provisioning policy as written.</summary>
internal sealed record WrittenPolicy(WrittenName Name, IReadOnlyList<WrittenAssignment>? Assignments, bool OnlyAssignments);

/// <summary>A file of licenses: what should be, by names (B550).</summary>
internal sealed record LicenseFile(
    IReadOnlyList<WrittenGroup> Groups, IReadOnlyList<WrittenUser> Users, IReadOnlyList<WrittenSku> Skus, IReadOnlyList<WrittenPolicy> Policies)
{
    /// <summary>Reads bytes; without a file, what is wrong with them.</summary>
    public static (LicenseFile? File, IReadOnlyList<Problem> Problems) Read(byte[] bytes)
    {
        if (bytes.Length > CodeLimits.Bytes)
        {
            return (null, [new Problem(new Place(1, 1), $"the file has more than {CodeLimits.Bytes} bytes: split it.")]);
        }

        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return (null, [new Problem(new Place(1, 1), "the file is not UTF-8 text: save it as UTF-8.")]);
        }

        (FileNode? root, Problem? problem) = YamlTree.Read(text);
        if (root is null)
        {
            return (null, [problem!.Value]);
        }

        List<Problem> problems = [.. ShapeCheck.Of(root, Grammar.File)];
        if (problems.Count > 0)
        {
            return (null, problems);
        }

        LicenseFile file = new LicenseFileBuilder(problems).Build((FileNode.Map)root);
        return problems.Count > 0 ? (null, problems) : (file, []);
    }

    /// <summary>Whether a text is a file of licenses, not a list of changes: only the latter is JSON without the mark of the former (B550).</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> text = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        text = text.TrimStart(" \t\r\n"u8);
        return text.IsEmpty || text[0] is not ((byte)'{' or (byte)'[');
    }
}

/// <summary>Makes a file of nodes whose shape is right, and finds what no shape says.</summary>
internal sealed class LicenseFileBuilder(List<Problem> problems)
{
    /// <summary>The file.</summary>
    public LicenseFile Build(FileNode.Map root) => new(
        [.. Items(root, "groups").Select(Group)], [.. Items(root, "users").Select(User)], [.. Items(root, "skus").Select(Sku)], [.. Items(root, "policies").Select(Policy)]);

    private static IEnumerable<FileNode.Map> Items(FileNode.Map map, string key) => List(map, key)?.Cast<FileNode.Map>() ?? [];

    private static IReadOnlyList<FileNode>? List(FileNode.Map map, string key) => (map[key] as FileNode.List)?.Items;

    private static WrittenName Name(FileNode node) => new(((FileNode.Text)node).Value.Trim(), node.At);

    private static WrittenName? Name(FileNode.Map map, string key) => map[key] is { } node ? Name(node) : null;

    private static WrittenName[]? Names(FileNode.Map map, string key) => List(map, key)?.Select(Name).ToArray();

    private static int? Number(FileNode.Map map, string key) => map[key] is FileNode.Text text ? int.Parse(text.Value, CultureInfo.InvariantCulture) : null;

    private static WrittenLicense[]? Licenses(FileNode.Map map) => List(map, "licenses")?
        .Select(item => item is FileNode.Map one ? new WrittenLicense(Name(one["sku"]!), Names(one, "disabledPlans")) : new WrittenLicense(Name(item), null)).ToArray();

    private WrittenGroup Group(FileNode.Map map) => new(Name(map["group"]!), Licenses(map), Names(map, "members"), Only(map, "licenses", true), Only(map, "members", true));

    private WrittenUser User(FileNode.Map map) => new(Name(map["user"]!), Licenses(map), Only(map, "licenses", true));

    private WrittenSku Sku(FileNode.Map map) => new(Name(map["sku"]!), Number(map, "units"), Only(map, "users", false), Only(map, "groups", false));

    private WrittenPolicy Policy(FileNode.Map map) => new(
        Name(map["policy"]!),
        (map["assignments"] as FileNode.List)?.Items.Cast<FileNode.Map>()
            .Select(one => new WrittenAssignment(Name(one["group"]!), Name(one, "servicePlan"), Name(one, "allotment")?.Text, Number(one, "licenses"))).ToArray(),
        Only(map, "assignments", true));

    // Whoever declares a list exclusive writes it, be it empty: a list that was forgotten takes nothing away (B553).
    private bool Only(FileNode.Map map, string scope, bool isList)
    {
        FileNode? said = List(map, "exclusive")?.FirstOrDefault(word => ((FileNode.Text)word).Value == scope);
        if (said is not null && isList && map[scope] is null)
        {
            problems.Add(new Problem(said.At, $"'{scope}' is exclusive and is not there: write '{scope}: []' if everything is to go (B553)."));
        }

        return said is not null;
    }
}

using System.Globalization;
using System.Text;
using Berth.CommandLine.Client.AsCode.Format;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine.AsCode;

/// <summary>Reading a file of licenses: what is taken, and what is said of anything else (B550, B551, B553).</summary>
public sealed class LicenseFileTests
{
    [Fact]
    public void Everything_a_file_can_say_is_read_with_its_place()
    {
        LicenseFile file = Good("""
            # a comment
            licenses: 1
            groups:
              - group: Legal
                licenses:
                  - SPE_E3
                  - sku: "Windows 365 Enterprise"
                    disabledPlans: [SWAY, TEAMS1]
                  - {sku: EMS, disabledPlans: []}
                members: [ada@contoso.example]
                exclusive: [licenses, members]
            users:
              - user: bob@contoso.example
                licenses: []
                exclusive: [licenses]
            skus:
              - {sku: EMS, units: 25, exclusive: [users, groups]}
            policies:
              - policy: Shifts
                assignments:
                  - group: Legal
                    servicePlan: Cloud PC Frontline
                    allotment: Counsel
                    licenses: 3
                exclusive: [assignments]
            """);

        WrittenGroup group = Assert.Single(file.Groups);
        Assert.Equal(new WrittenName("Legal", new Place(4, 12)), group.Name);
        Assert.Equal(["SPE_E3", "Windows 365 Enterprise", "EMS"], group.Licenses!.Select(one => one.Sku.Text));
        Assert.Null(group.Licenses![0].DisabledPlans);
        Assert.Equal(["SWAY", "TEAMS1"], group.Licenses[1].DisabledPlans!.Select(plan => plan.Text));
        Assert.Empty(group.Licenses[2].DisabledPlans!);
        Assert.Equal((true, true), (group.OnlyLicenses, group.OnlyMembers));
        Assert.Equal(new Place(10, 15), Assert.Single(group.Members!).At);
        WrittenUser user = Assert.Single(file.Users);
        Assert.True(user is { OnlyLicenses: true, Licenses.Count: 0 });
        WrittenSku sku = Assert.Single(file.Skus);
        Assert.Equal((25, true, true), (sku.Units, sku.OnlyUsers, sku.OnlyGroups));
        WrittenPolicy policy = Assert.Single(file.Policies);
        WrittenAssignment assignment = Assert.Single(policy.Assignments!);
        Assert.Equal(("Cloud PC Frontline", "Counsel", 3, true), (assignment.ServicePlan!.Text, assignment.Allotment, assignment.Licenses, policy.OnlyAssignments));
    }

    [Fact]
    public void What_a_file_does_not_mention_is_nothing_and_not_an_empty_list()
    {
        WrittenGroup group = Assert.Single(Good("licenses: 1\ngroups: [{group: A}]").Groups);
        Assert.True(group is { Licenses: null, Members: null, OnlyLicenses: false, OnlyMembers: false });
        Assert.Empty(Good("licenses: 1").Users);
    }

    [Fact]
    public void JSON_is_a_file_of_licenses_too() =>
        Assert.Equal("Legal", Good("""{"$schema": "licenses.schema.json", "licenses": 1, "groups": [{"group": "Legal", "licenses": ["EMS"]}]}""").Groups[0].Name.Text);

    [Theory]
    [InlineData("", 1, 1, "there is nothing in it")]
    [InlineData("# nothing\n", 2, 1, "there is nothing in it")]
    [InlineData("licenses: 1\n---\nlicenses: 1", 2, 1, "a second document")]
    [InlineData("groups: []", 1, 1, "a file of licenses needs 'licenses': 1.")]
    [InlineData("licenses: 2", 1, 11, "here stands '2', where 1 is expected.")]
    [InlineData("licenses: \"1\"", 1, 11, "where 1 is expected")]
    [InlineData("licenses: 1\ngruops: []", 2, 1, "'gruops' is no key of a file of licenses. Did you mean groups?")]
    [InlineData("licenses: 1\ngroups:", 2, 8, "here stands nothing, where a list")]
    [InlineData("licenses: 1\ngroups: Legal", 2, 9, "here stands 'Legal', where a list")]
    [InlineData("licenses: 1\ngroups: [Legal]", 2, 10, "here stands 'Legal', where a group with group, licenses, members, exclusive is expected.")]
    [InlineData("licenses: 1\ngroups: [{licenses: []}]", 2, 10, "a group needs 'group': a group by its whole display name or id.")]
    [InlineData("licenses: 1\ngroups: [{group: }]", 2, 18, "here stands nothing")]
    [InlineData("licenses: 1\ngroups: [{group: [A]}]", 2, 18, "here stands a list")]
    [InlineData("licenses: 1\ngroups: [{group: A, group: B}]", 2, 21, "'group' stands here a second time; the first is at line 2, column 11.")]
    [InlineData("licenses: 1\nlicenses: 1", 2, 1, "'licenses' stands here a second time")]
    [InlineData("licenses: 1\ngroups:\n  - group: A\n    licenses:\n      - sku: EMS\n        disabledPlan: [X]", 6, 9, "'disabledPlan' is no key of a license. Did you mean disabledPlans? The keys are sku, disabledPlans.")]
    [InlineData("licenses: 1\nusers: [{user: a@b.example, licenses: [], exclusive: [members]}]", 2, 55, "'members' is none of licenses.")]
    [InlineData("licenses: 1\ngroups: [{group: A, exclusive: [members]}]", 2, 33, "'members' is exclusive and is not there: write 'members: []'")]
    [InlineData("licenses: 1\ngroups: [{group: A, exclusive: true}]", 2, 32, "here stands 'true', where a list of licenses or members is expected.")]
    [InlineData("licenses: 1\nskus: [{sku: EMS, units: many}]", 2, 26, "here stands 'many', where a whole number from 0 to 10000000 is expected.")]
    [InlineData("licenses: 1\nskus: [{sku: EMS, units: -1}]", 2, 26, "where a whole number")]
    [InlineData("licenses: 1\nskus: [{sku: EMS, units: 99999999999}]", 2, 26, "where a whole number")]
    [InlineData("licenses: 1\nusers: &all []", 2, 8, "anchors (&all) are not taken")]
    [InlineData("licenses: 1\nusers: *all", 2, 8, "aliases (*all) are not taken")]
    [InlineData("licenses: 1\nusers: !!seq []", 2, 8, "tags (")]
    [InlineData("licenses: 1\n? [a]\n: 1", 2, 3, "a key is a word.")]
    [InlineData("licenses: 1\nusers: [", 3, 1, "this is not YAML")]
    [InlineData("licenses: 1\nusers:\n\t- a", 3, 1, "this is not YAML")]
    [InlineData("licenses: 1\nusers: \"a", 2, 8, "this is not YAML")]
    [InlineData("- licenses: 1", 1, 1, "here stands a list, where a file of licenses with")]
    public void What_is_wrong_is_told_at_its_place(string text, int line, int column, string sentence)
    {
        Problem problem = Problems(text)[0];
        Assert.Contains(sentence, problem.Sentence, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.At.Line, problem.At.Column));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once() =>
        Assert.Equal([2, 4, 6], Problems("licenses: 1\nuser: []\ngroups:\n- grp: A\n  group: B\n- 1").Select(problem => problem.At.Line));

    [Fact]
    public void A_text_that_is_not_UTF_8_is_refused() =>
        Assert.Contains("UTF-8", LicenseFile.Read([0x6C, 0xFF, 0xFE]).Problems[0].Sentence, StringComparison.Ordinal);

    [Theory]
    [InlineData("licenses: 1", true)]
    [InlineData("# a\n{}", true)]
    [InlineData("groups: []", true)]
    [InlineData("", true)]
    [InlineData("\uFEFFlicenses: 1", true)]
    [InlineData(" \r\n\t[]", false)]
    [InlineData("{\"changes\":[]}", false)]
    [InlineData("\uFEFF{}", false)]
    public void A_file_of_licenses_is_known_by_its_content(string text, bool is_one) => Assert.Equal(is_one, LicenseFile.Looks(Encoding.UTF8.GetBytes(text)));

    // Whatever comes, the answer is a file or a sentence with a place (B550, B551).
    [Fact]
    public void No_text_at_all_breaks_the_reading() => Gen.OneOf(
        "licenses: 1\n", "groups:", "users:", "- ", "group: ", "A", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ": ", ",", "? ", "&a ", "*a", "!t ", "!!str ", "|", ">-", "\"", "'", "#", "%YAML 1.2", "---", "...", "\t", "\0",
        "\uFEFF", "\u2028", "\uD83D", "@", "`", "~", "null", "<<: ", "1", "exclusive: [members]", "0x1", "\\", "\"\\x4\"", "\r").Array[0, 30].Try(
        parts =>
        {
            (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(Encoding.UTF8.GetBytes("licenses: 1\ngroups:\n" + string.Concat(parts)));
            Assert.NotEqual(file is null, problems.Count == 0);
            Assert.All(problems, problem => Assert.True(problem.At is { Line: >= 1, Column: >= 1 } && problem.Sentence.Length > 0));
        },
        times: 20_000,
        atOnce: 1);

    [Theory]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: {")]
    [InlineData("[a, ")]
    public void What_goes_deeper_and_deeper_is_left_early(string part) =>
        Assert.Single(Problems("groups: \n" + string.Concat(Enumerable.Repeat(part, 200_000))));

    // Every limit at, below and above (B551).
    [Theory]
    [InlineData(CodeLimits.TextCharacters - 1, true)]
    [InlineData(CodeLimits.TextCharacters, true)]
    [InlineData(CodeLimits.TextCharacters + 1, false)]
    public void A_text_has_so_many_characters(int length, bool isTaken) => Taken($"licenses: 1\ngroups: [{{group: {new string('a', length)}}}]", isTaken, "more than 1024 characters");

    [Theory]
    [InlineData(CodeLimits.Depth - 1, false)]
    [InlineData(CodeLimits.Depth, false)]
    [InlineData(CodeLimits.Depth + 1, true)]
    [InlineData(500_000, true)]
    public void Nesting_has_so_many_levels(int depth, bool isTooDeep)
    {
        // The root is one of them.
        string text = $"licenses: 1\ngroups: {new string('[', depth - 1)}{new string(']', depth - 1)}";
        Assert.Equal(isTooDeep, Problems(text)[0].Sentence.Contains("16 lists and maps deep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CodeLimits.Entries - 1, true)]
    [InlineData(CodeLimits.Entries, true)]
    [InlineData(CodeLimits.Entries + 1, false)]
    public void A_file_has_so_many_items_and_keys(int entries, bool isTaken)
    {
        // Besides the members: two keys of the file, one group and its two keys.
        StringBuilder text = new("licenses: 1\ngroups:\n- group: A\n  members:\n");
        for (int i = 0; i < entries - 5; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {i}@b.example\n");
        }

        Taken(text.ToString(), isTaken, "more than 250000 items and keys");
    }

    [Theory]
    [InlineData(CodeLimits.Bytes - 1, true)]
    [InlineData(CodeLimits.Bytes, true)]
    [InlineData(CodeLimits.Bytes + 1, false)]
    public void A_file_has_so_many_bytes(int bytes, bool isTaken)
    {
        const string Text = "licenses: 1\n";
        string line = "#" + new string(' ', 1022) + "\n";
        StringBuilder text = new(Text);
        while (text.Length + line.Length <= bytes)
        {
            text.Append(line);
        }

        Taken(text.Append('#', bytes - text.Length).ToString(), isTaken, "bytes: split it");
    }

    private static void Taken(string text, bool isTaken, string otherwise)
    {
        (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(isTaken, file is not null);
        if (!isTaken)
        {
            Assert.Contains(otherwise, problems[0].Sentence, StringComparison.Ordinal);
        }
    }

    private static LicenseFile Good(string text)
    {
        (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(Encoding.UTF8.GetBytes(text));
        Assert.Empty(problems);
        return file!;
    }

    private static IReadOnlyList<Problem> Problems(string text)
    {
        (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(Encoding.UTF8.GetBytes(text));
        Assert.Null(file);
        return problems;
    }
}

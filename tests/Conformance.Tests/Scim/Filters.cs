using System.Text.Json.Nodes;
using Berth.Graph.Scim;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Scim;

/// <summary>Filters and paths of SCIM (B805).</summary>
public sealed class Filters
{
    private static readonly JsonNode Ada = ScimTree.Of(
        ("id", "7d0c3a52"),
        ("userName", "Ada@fabrikam.example"),
        ("externalId", "Key-1"),
        ("active", true),
        ("name", ScimTree.Of(("givenName", "Ada"), ("familyName", "Lovelace"))),
        ("emails", ScimTree.List(ScimTree.Of(("type", "work"), ("value", "ada@fabrikam.example")), ScimTree.Of(("type", "home"), ("value", "ada@home.example")))),
        ("meta", ScimTree.Of(("created", "2026-01-31T08:00:00Z"))))!;

    [Theory]
    [InlineData("userName eq \"ada@FABRIKAM.example\"", true)]
    [InlineData("userName Eq \"bob\"", false)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"ada\"", true)]
    [InlineData("externalId eq \"key-1\"", false)]
    [InlineData("externalId eq \"Key-1\" AND active eq true", true)]
    [InlineData("active eq \"True\"", true)]
    [InlineData("not (active eq true)", false)]
    [InlineData("name.familyName co \"LACE\" and not(name.givenName ew \"x\")", true)]
    [InlineData("emails.value eq \"ada@home.example\"", true)]
    [InlineData("emails eq \"ada@home.example\"", true)]
    [InlineData("emails[type eq \"work\" and value co \"home\"]", false)]
    [InlineData("emails[type eq \"home\" and value co \"home\"] or userName pr", true)]
    [InlineData("title pr or (userName eq \"x\" or externalId pr)", true)]
    [InlineData("title eq null", true)]
    [InlineData("userName ne \"x\" and title ne \"x\"", true)]
    [InlineData("meta.created gt \"2026-01-31T07:00:00+00:00\" and meta.created lt \"2026-01-31T10:00:00+01:00\"", true)]
    [InlineData("meta.created le \"2026-01-31T08:00:00Z\" and meta.created ge \"2026-01-31T08:00:00.000Z\"", true)]
    [InlineData("userName eq \"\\u0061da@fabrikam.\\u0065xample\"", true)]
    [InlineData("userName eq \"x\" or userName eq \"y\" and externalId pr", false)]
    public void A_filter_is_met_or_not(string text, bool met)
    {
        (ScimFilter? filter, string? problem) = ScimFilterParser.Read(text);
        Assert.Null(problem);
        Assert.Equal(met, ScimMatch.Meets(filter!, Ada));
    }

    [Theory]
    [InlineData("", "The name of an attribute was expected at character 1.")]
    [InlineData("userName", "One of eq, ne, co, sw, ew, gt, ge, lt, le and pr was expected at character 9.")]
    [InlineData("userName eq", "A text in double quotes, true, false, null or a number was expected at character 12.")]
    [InlineData("userName eq 'ada'", "A text in double quotes, true, false, null or a number was expected at character 13.")]
    [InlineData("userName eq \"ada", "The text does not end as it should at character 17.")]
    [InlineData("userName eq \"a\\xb\"", "The text does not end as it should at character 17.")]
    [InlineData("(userName pr", "')' was expected at character 13.")]
    [InlineData("emails[type pr", "']' was expected at character 15.")]
    [InlineData("not userName pr", "A parenthesis was expected behind 'not' at character 5.")]
    [InlineData("userName pr title pr", "An operator was expected at character 13.")]
    [InlineData("a.b.c pr", "The name of an attribute was expected at character 1.")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User pr", "The name of an attribute was expected behind the schema at character 43.")]
    public void What_is_no_filter_is_told_with_its_place(string text, string problem) => Assert.Equal((null, problem), ScimFilterParser.Read(text));

    [Theory]
    [InlineData("members[value eq \"x\"]", "members", null, true, null)]
    [InlineData("emails[type eq \"work\"].value", "emails", null, true, "value")]
    [InlineData("name.familyName", "name", "familyName", false, null)]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "department", null, false, null)]
    [InlineData("URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER", "", null, false, null)]
    public void A_path_says_where(string text, string attribute, string? sub, bool filtered, string? part)
    {
        (ScimPath? path, string? problem) = ScimFilterParser.ReadPath(text);
        Assert.Null(problem);
        Assert.Equal((attribute, sub, filtered, part), (path!.Name.Attribute, path.Name.Sub, path.Filter is not null, path.Part));
    }

    [Fact]
    public void A_filter_has_so_many_characters_and_levels_and_no_more()
    {
        string Of(int length) => $"userName eq \"{new string('a', length - 14)}\"";
        Assert.Null(ScimFilterParser.Read(Of(ScimLimits.FilterCharacters - 1)).Problem);
        Assert.Null(ScimFilterParser.Read(Of(ScimLimits.FilterCharacters)).Problem);
        Assert.StartsWith("The filter is longer than 4096", ScimFilterParser.Read(Of(ScimLimits.FilterCharacters + 1)).Problem!, StringComparison.Ordinal);
        Assert.StartsWith("The path is longer than 4096", ScimFilterParser.ReadPath(new string('a', ScimLimits.FilterCharacters + 1)).Problem!, StringComparison.Ordinal);

        string Deep(int levels) => $"{new string('(', levels)}userName pr{new string(')', levels)}";
        Assert.Null(ScimFilterParser.Read(Deep(ScimLimits.FilterDepth - 1)).Problem);
        Assert.Null(ScimFilterParser.Read(Deep(ScimLimits.FilterDepth)).Problem);
        Assert.StartsWith("The filter nests deeper than 16 levels", ScimFilterParser.Read(Deep(ScimLimits.FilterDepth + 1)).Problem!, StringComparison.Ordinal);
        Assert.StartsWith("The filter nests deeper", ScimFilterParser.Read(string.Concat(Enumerable.Repeat("emails[", 500))).Problem!, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_sent_is_read_or_refused_and_nothing_is_thrown()
    {
        Gen<string> pieces = Gen.OneOf(
            "userName", "emails", "value", "type", ".", "[", "]", "(", ")", " ", "eq", "ne", "co", "pr", "gt", "and", "or", "not", "\"", "\"ada\"", "\\", "\\u00e", "true", "null", "1e9", "urn:", ":", "$ref", "\0", "ä", "\ud800");
        Gen.OneOf(pieces.Array[0, 40].Select(parts => string.Concat(parts)), pieces.Array[0, 40].Select(parts => string.Join(' ', parts)), Gen.String[0, 100]).Try(text =>
        {
            (ScimFilter? filter, string? problem) = ScimFilterParser.Read(text);
            Assert.NotEqual(filter is null, problem is null);
            _ = filter is not null && ScimMatch.Meets(filter, Ada);
            (ScimPath? path, string? wrong) = ScimFilterParser.ReadPath(text);
            Assert.NotEqual(path is null, wrong is null);
        });
    }

    [Fact]
    public void Whatever_operations_are_done_to_a_user_end_with_a_user_or_an_error()
    {
        Gen<string> paths = Gen.OneOf(
            "userName", "name", "name.givenName", "emails", "emails[type eq \"work\"]", "emails[type eq \"work\"].value", "emails[not (type pr)].value", "emails.value", "phoneNumbers[type eq \"fax\"].value",
            "addresses[type eq \"work\"].country", "active", "manager", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "id", "unknown", "x[", "");
        Gen<string> values = Gen.OneOf(
            "null", "\"x\"", "true", "1", "[]", "{}", "[\"x\"]", "[null]", "[[[\"x\"]]]", """{"value":"x"}""", """[{"value":"x"}]""", """[{"type":"work","value":{"value":{}}}]""", """{"givenName":"x","type":1}""",
            """{"emails[type eq \"work\"].value":"x","Active":"False"}""", """{"a":1,"A":2}""");
        Gen<string> operation = Gen.Select(Gen.OneOf("add", "Replace", "remove", "Move", "1"), paths, values, Gen.Bool, (op, path, value, named) =>
            $$"""{"op":"{{op}}"{{(named ? $",\"path\":{System.Text.Json.JsonSerializer.Serialize(path)}" : "")}},"value":{{value}}}""");
        operation.Array[0, 6].Try(all =>
        {
            using System.Text.Json.JsonDocument body = System.Text.Json.JsonDocument.Parse($$"""{"Operations":[{{string.Join(',', all)}}]}""");
            (IReadOnlyList<ScimOperation> operations, Berth.Graph.Requests.GraphError? error) = ScimPatch.Read(body.RootElement);
            error ??= ScimPatch.Apply((JsonObject)Ada.DeepClone(), operations);
            Assert.True(error is null || error.Status == 400);
        });
    }
}

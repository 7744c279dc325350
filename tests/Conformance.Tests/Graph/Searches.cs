using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph;
using Berth.Graph.Queries;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary><c>$search</c> over directory objects (L159a).</summary>
public sealed class Searches
{
    private static readonly string[] Names =
        ["Ann Guthrie", "OneVideo", "HelloWorld", "helloWORLD", "HELLOworld", "hello.world", "hello-big-world", "hello123world", "李四(David Li)", "O'Neil", "Contoso-tier Query"];

    private static readonly Company People = Make();

    // L159a, B164.
    [Theory]
    [InlineData("\"displayName:ann\"", "Ann Guthrie")]
    [InlineData("\"displayName:Guthr\"", "Ann Guthrie")]
    [InlineData("\"displayName:guthrie ann\"", "Ann Guthrie")]
    [InlineData("\"displayName:nn\"", "")]
    [InlineData("\"displayName:OneVideo\"", "OneVideo")]
    [InlineData("\"displayName:one video\"", "OneVideo")]
    [InlineData("\"displayName:video\"", "OneVideo")]
    [InlineData("\"displayName:hello\"", "HelloWorld|helloWORLD|HELLOworld|hello.world|hello-big-world|hello123world")]
    [InlineData("\"displayName:world\"", "HelloWorld|helloWORLD|hello.world|hello-big-world|hello123world")]
    [InlineData("\"displayName:helloworld\"", "HELLOworld|hello.world")]
    [InlineData("\"displayName:hellobig\"", "hello-big-world")]
    [InlineData("\"displayName:bigworld\"", "hello-big-world")]
    [InlineData("\"displayName:123\"", "hello123world")]
    [InlineData("\"displayName:李四(David Li)\"", "李四(David Li)")]
    [InlineData("\"displayName:David)\"", "李四(David Li)")]
    [InlineData("\"displayName:(李四\"", "李四(David Li)")]
    [InlineData("\"displayName:Li 李\"", "李四(David Li)")]
    [InlineData("\"displayName:(\"", "李四(David Li)")]
    [InlineData("\"displayName:oneil\"", "O'Neil")]
    [InlineData("\"displayName:O'Neil\"", "O'Neil")]
    [InlineData("\"DisplayName:tier\"", "Contoso-tier Query")]
    [InlineData("\"mail:u1\"", "OneVideo|Contoso-tier Query")]
    [InlineData("\"mail:@x.example\"", "")]
    [InlineData("\"userPrincipalName:user3@\"", "helloWORLD")]
    [InlineData("\"otherMails:other4\"", "HELLOworld")]
    [InlineData("\"displayName:ann\" OR \"mail:u1\"", "Ann Guthrie|OneVideo|Contoso-tier Query")]
    [InlineData("\"displayName:hello\" AND \"mail:u2\"", "HelloWorld")]
    [InlineData("\"displayName:ann\" OR \"displayName:hello\" AND \"mail:u2\"", "Ann Guthrie|HelloWorld")]
    [InlineData("(\"displayName:ann\" OR \"displayName:hello\") AND \"mail:u2\"", "HelloWorld")]
    [InlineData("\"displayName:no\\\"body\"", "")]
    public void A_search_finds_words_from_their_beginning_and_other_texts_from_theirs(string search, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), People.All($"/v1.0/users?$search={Uri.EscapeDataString(search)}", "displayName", Company.Eventual));

    [Fact]
    public void A_search_goes_with_every_other_option()
    {
        const string Hello = "$search=\"displayName:hello\"";
        Assert.Equal(["HELLOworld"], People.Advanced($"/v1.0/users?{Hello}&$filter=mail eq 'u4@x.example'", "displayName"));
        Assert.Equal(
            ["hello-big-world", "hello.world", "hello123world", "HelloWorld", "helloWORLD", "HELLOworld"],
            People.All($"/v1.0/users?{Hello}&$orderby=displayName&$top=2&$select=displayName", "displayName", Company.Eventual));
        JsonElement page = People.Get($"/v1.0/users?{Hello}&$count=true&$top=1&$select=id", Company.Eventual);
        Assert.Equal(6, page.GetProperty("@odata.count").GetInt32());
        Assert.Equal(["id"], page.GetProperty("value")[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal((200, "6"), People.Ask($"/v1.0/users/$count?{Hello}", Company.Eventual));
        Assert.Equal("Request_UnsupportedQuery", People.Refused($"/v1.0/users?{Hello}&$expand=memberOf", Company.Eventual).Error.GetProperty("code").GetString());

        // With a filter that an index narrows to.
        Guid sku = Company.E3;
        Assert.Equal(["HelloWorld"], People.Advanced($"/v1.0/users?{Hello}&$filter=assignedLicenses/any(l:l/skuId eq {sku})", "displayName"));
        Assert.Equal((200, "1"), People.Ask($"/v1.0/users/$count?{Hello}&$filter=assignedLicenses/any(l:l/skuId eq {sku})", Company.Eventual));
    }

    [Theory]
    [InlineData("groups", "\"displayName:video\"", "Big Video Team")]
    [InlineData("groups", "\"description:One\" AND (\"displayName:Video\" OR \"displayName:Drive\")", "Big Video Team")]
    [InlineData("groups/{crew}/members", "\"displayName:one\"", "OneVideo|oneGroup")]
    [InlineData("groups/{crew}/members/microsoft.graph.user", "\"displayName:one\"", "OneVideo")]
    [InlineData("groups/{crew}/members/graph.group", "\"displayName:one\"", "oneGroup")]
    [InlineData("groups/{crew}/transitiveMembers", "\"displayName:one\" OR \"description:nothing\"", "OneVideo|oneGroup")]
    [InlineData("users/user1@fabrikam.example/memberOf", "\"displayName:crew\"", "crew")]
    [InlineData("users/user1@fabrikam.example/memberOf/microsoft.graph.group", "\"displayName:crew\"", "crew")]
    [InlineData("users/user1@fabrikam.example/transitiveMemberOf", "\"displayName:crew\"", "crew")]
    public void Every_list_of_the_directory_can_be_searched(string path, string search, string expected)
    {
        string crew = People.Get("/v1.0/groups?$filter=displayName eq 'crew'").GetProperty("value")[0].GetProperty("id").GetString()!;
        Assert.Equal(
            expected.Split('|'),
            People.All($"/v1.0/{path.Replace("{crew}", crew, StringComparison.Ordinal)}?$search={Uri.EscapeDataString(search)}", "displayName", Company.Eventual));
    }

    [Theory]
    [InlineData("displayName:ann", "BadRequest", "Syntax error: character ':' is not valid at position 11 in 'displayName:ann'.")]
    [InlineData("\"displayName:ann", "BadRequest", "")]
    [InlineData("\"ann\"", "BadRequest", "Invalid search clause 'ann': a clause is \"property:text\", all of it in double quotes.")]
    [InlineData("ann", "BadRequest", "Invalid search clause 'ann'")]
    [InlineData("\":ann\"", "BadRequest", "Invalid search clause ':ann'")]
    [InlineData("\"displayName: \"", "BadRequest", "Invalid search clause 'displayName: '")]
    [InlineData("\"noSuchProperty:ann\"", "BadRequest", "Could not find a property named 'noSuchProperty' on type 'microsoft.graph.user'.")]
    [InlineData("\"accountEnabled:true\"", "Request_UnsupportedQuery", "Unsupported or invalid search clause specified for property 'accountEnabled' of resource 'User'.")]
    [InlineData("\"assignedLicenses:x\"", "Request_UnsupportedQuery", "Unsupported or invalid search clause specified for property 'assignedLicenses' of resource 'User'.")]
    [InlineData("NOT \"displayName:ann\"", "Request_UnsupportedQuery", "NOT is not supported")]
    [InlineData("\"displayName:ann\" AND", "BadRequest", "")]
    [InlineData("(\"displayName:ann\"", "BadRequest", "")]
    [InlineData("()", "BadRequest", "")]
    public void A_search_that_cannot_be_read_says_what_is_wrong(string search, string code, string part)
    {
        (int status, JsonElement error) = People.Refused($"/v1.0/users?$search={Uri.EscapeDataString(search)}", Company.Eventual);
        Assert.Equal((400, code), (status, error.GetProperty("code").GetString()));
        Assert.Contains(part, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_is_taken_up_to_its_limits_and_refused_above()
    {
        int Of(string search) => People.Ask($"/v1.0/users?$search={Uri.EscapeDataString(search)}", Company.Eventual).Status;
        string Long(int length) => $"\"displayName:{new string('x', length - "\"displayName:\"".Length)}\"";
        Assert.Equal(200, Of(Long(GraphLimits.SearchCharacters - 1)));
        Assert.Equal(200, Of(Long(GraphLimits.SearchCharacters)));
        Assert.Equal(400, Of(Long(GraphLimits.SearchCharacters + 1)));

        string Clauses(int count) => string.Join(" OR ", Enumerable.Repeat("\"mail:x\"", count));
        Assert.Equal(200, Of(Clauses(GraphLimits.SearchClauses - 1)));
        Assert.Equal(200, Of(Clauses(GraphLimits.SearchClauses)));
        Assert.Equal(400, Of(Clauses(GraphLimits.SearchClauses + 1)));

        string Nested(int depth) => $"{new string('(', depth)}\"mail:x\"{new string(')', depth)}";
        Assert.Equal(200, Of(Nested(GraphLimits.SearchDepth - 1)));
        Assert.Equal(200, Of(Nested(GraphLimits.SearchDepth)));
        Assert.Equal(400, Of(Nested(GraphLimits.SearchDepth + 1)));
    }

    [Fact]
    public void The_longest_and_deepest_searches_do_not_exhaust_a_small_stack()
    {
        string nested = new string('(', GraphLimits.SearchDepth) + "\"mail:x\"" + new string(')', GraphLimits.SearchDepth);
        string[] searches =
        [
            string.Join(" OR ", Enumerable.Repeat("\"id:\"", (GraphLimits.SearchCharacters / 9) - 1)),
            string.Join(' ', Enumerable.Repeat("a", GraphLimits.SearchCharacters / 2)),
            string.Concat(Enumerable.Repeat("NOT ", GraphLimits.SearchDepth)) + "\"mail:x\"",
            nested,
            new string('(', GraphLimits.SearchCharacters),
        ];
        foreach (string search in searches)
        {
            int status = 0;
            Thread small = new(() => status = People.Ask($"/v1.0/users?$search={Uri.EscapeDataString(search)}", Company.Eventual).Status, 512 * 1024);
            small.Start();
            small.Join();
            Assert.True(status is 200 or 400, search[..20]);
        }
    }

    // The plain way: the words of the value and every joining of neighbors that symbols part, as texts; each word wanted begins one of them.
    [Fact]
    public void Any_search_finds_what_the_plain_list_of_words_begins_with()
    {
        int found = 0;
        Gen<string> text = Gen.OneOf("a", "b", "B", "ab", "Ab", "1", "12", "-", ".", " ", "é").Array[1, 9].Select(string.Concat);
        Gen.Select(text, text).Try(
            (value, search) =>
            {
                string[] wanted = Words.Of(search);
                bool expected = wanted.All(word => char.IsLetterOrDigit(word[0])
                    ? Tokens(value).Any(token => token.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                    : value.Contains(word, StringComparison.Ordinal));
                Assert.Equal(expected, wanted.All(word => Words.Has(value, word)));
                Interlocked.Add(ref found, expected && wanted.Length > 0 ? 1 : 0);
            },
            times: 20_000);
        Assert.True(found > 1_000, $"{found} were found");
    }

    private static List<string> Tokens(string value)
    {
        List<string> tokens = [];
        foreach (string run in value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // Pieces, and whether a symbol parts each from the one before.
            List<(string Text, bool AfterSymbol)> pieces = [];
            StringBuilder piece = new();
            bool symbol = false;
            for (int i = 0; i <= run.Length; i++)
            {
                bool cut = i == run.Length || !char.IsLetterOrDigit(run[i])
                    || (i > 0 && (char.IsDigit(run[i]) != char.IsDigit(run[i - 1]) || (char.IsLower(run[i - 1]) && char.IsUpper(run[i]))));
                if (cut && piece.Length > 0)
                {
                    pieces.Add((piece.ToString(), symbol));
                    piece.Clear();
                    symbol = false;
                }

                if (i < run.Length && char.IsLetterOrDigit(run[i]))
                {
                    piece.Append(run[i]);
                }
                else
                {
                    symbol = true;
                }
            }

            for (int from = 0; from < pieces.Count; from++)
            {
                string joined = pieces[from].Text;
                tokens.Add(joined);
                for (int next = from + 1; next < pieces.Count && pieces[next].AfterSymbol; next++)
                {
                    tokens.Add(joined += pieces[next].Text);
                }
            }
        }

        return tokens;
    }

    private static Company Make()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 5);
        Guid[] users = [.. Names.Select((name, i) => company.AddUser($"user{i}", user => user with
        {
            DisplayName = name,
            Attributes = default(UserAttributes).With(UserAttribute.Mail, $"u{i}@x.example").With(UserAttribute.OtherMails, $"first@x.example\nother{i}@x.example"),
        }))];
        company.Give(users[2], Company.E3);
        Guid inner = company.AddGroup("oneGroup");
        company.AddGroup("crew", [users[1], users[2], inner]);
        company.Do(new Command.CreateGroup(
            new GroupProfile(Company.NewId(), "Big Video Team", "The one and only", "video", false, true, [], null, Company.Noon), []));
        return company;
    }
}

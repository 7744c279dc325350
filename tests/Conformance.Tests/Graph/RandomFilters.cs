using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Queries;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>
/// Filters of any shape against a plain loop over what the users show. The loop knows nothing of the room: it reads the JSON of all
/// users once and walks each condition by the words of OData (4.01 part 2, 5.1.1).
/// </summary>
public sealed class RandomFilters
{
    private const int Iterations = 4_000;

    private static readonly string[] TextProperties = ["displayName", "department", "city", "mail", "usageLocation", "userType", "jobTitle", "userPrincipalName", "id"];
    private static readonly string?[] Words = ["Sales", "sales", "Research", "Ops", "O'Neil", "a", "", "US", "de", "Member", "Guest", null];
    private static readonly string[] Skus = [.. ((Guid[])[Company.E3, Company.E5, Company.CloudPc, Guid.Parse("11111111-2222-4333-8444-555555555555")]).Select(id => id.ToString())];
    private static readonly string[] Comparisons = ["eq", "ne", "gt", "ge", "lt", "le"];

    // Plans of E3 that nothing depends on.
    private static readonly Guid[] Optional =
        [.. Engine.Catalog.SkuCatalog.BuiltIn.Plans.Where(plan => plan.Name is "SWAY" or "FLOW_O365_P2").Select(plan => plan.Id)];

    private static readonly Company People = Make();

    private static readonly JsonElement[] Rows =
        [.. People.Get("/v1.0/users?$top=999&$select=id,displayName,department,city,mail,usageLocation,userType,jobTitle,userPrincipalName,accountEnabled,otherMails,assignedLicenses,licenseAssignmentStates")
            .GetProperty("value").EnumerateArray()];

    private static readonly string[] Plans = [.. Rows.SelectMany(row => row.GetProperty("assignedLicenses").EnumerateArray())
        .SelectMany(license => license.GetProperty("disabledPlans").EnumerateArray()).Select(plan => plan.GetString()!).Distinct(), Skus[0]];

    [Fact]
    public void Any_filter_takes_the_same_users_as_a_plain_loop()
    {
        Assert.Contains(Rows, row => row.GetProperty("licenseAssignmentStates").EnumerateArray().Any(state => state.GetProperty("error").GetString() == "Other"));
        Assert.Contains(Rows, row => row.GetProperty("assignedLicenses").GetArrayLength() == 0);
        Assert.True(Plans.Length > 1);
        HashSet<string> shapes = [];
        int taking = 0;
        Condition(4).Try(
            condition =>
            {
                string filter = condition.Text;
                string[] expected = [.. Rows.Where(row => condition.Of(row) == true).Select(row => row.GetProperty("id").GetString()!)];
                string?[] actual = [.. People.Advanced($"/v1.0/users?$top=999&$select=id&$filter={Uri.EscapeDataString(filter)}")];
                Assert.True(expected.SequenceEqual(actual), $"{filter}\nexpected {expected.Length}, got {actual.Length}");
                lock (shapes)
                {
                    shapes.UnionWith(condition.Parts);
                    taking += expected.Length is > 0 && expected.Length < Rows.Length ? 1 : 0;
                }
            },
            times: Iterations,
            shown: condition => condition.Text);

        // The test has met every kind of condition, and many that tell users apart.
        Assert.Equal(["all", "and", "any", "count", "flag", "function", "in", "not", "or", "text"], shapes.Append("all").Order(StringComparer.Ordinal));
        Assert.True(taking > Iterations / 5, $"{taking} of {Iterations} told users apart");
    }

    [Fact]
    public void An_index_never_changes_what_a_filter_takes()
    {
        Gen.Select(Condition(2), Gen.OneOf("id", "userPrincipalName", "assignedLicenses"), Gen.Int[0, Rows.Length - 1], Gen.Bool, Gen.OneOf("and", "or")).Try(
            drawn =>
            {
                (Filter other, string property, int at, bool first, string word) = drawn;
                Filter indexed = property == "assignedLicenses"
                    ? Any("assignedLicenses", "l", Compare("l/skuId", "eq", Skus[at % Skus.Length], quoted: false))
                    : Compare(property, "eq", Rows[at].GetProperty(property).GetString()!.ToUpperInvariant(), quoted: true);
                Filter filter = Join(word, first ? [indexed, other] : [other, indexed]);
                string[] expected = [.. Rows.Where(row => filter.Of(row) == true).Select(row => row.GetProperty("id").GetString()!)];
                Assert.Equal(expected, People.Advanced($"/v1.0/users?$top=7&$count=true&$filter={Uri.EscapeDataString(filter.Text)}"));
                Assert.Equal((200, $"{expected.Length}"), People.Ask($"/v1.0/users/$count?$filter={Uri.EscapeDataString(filter.Text)}", Company.Eventual));
            },
            times: 500);
    }

    // L153, L155: a filter needs the advanced parameters just when something in it does, wherever it stands.
    [Fact]
    public void A_filter_is_answered_by_default_just_when_nothing_in_it_is_for_advanced_queries()
    {
        int refused = 0;
        Condition(3).Try(
            condition =>
            {
                string target = $"/v1.0/users?$select=id&$filter={Uri.EscapeDataString(condition.Text)}";
                foreach (string without in (string[])[target, $"{target}&$count=true"])
                {
                    (int status, string body) = People.Ask(without);
                    Assert.True(status == (condition.IsAdvanced ? 400 : 200), $"{condition.Text}: {status} {body}");
                    Assert.True(status == 200 || body.Contains("Request_UnsupportedQuery", StringComparison.Ordinal), body);
                }

                Assert.Equal(condition.IsAdvanced ? 400 : 200, People.Ask(target, Company.Eventual).Status);
                Interlocked.Add(ref refused, condition.IsAdvanced ? 1 : 0);
            },
            times: 2_000,
            shown: condition => condition.Text);
        Assert.InRange(refused, 200, 1_900);
    }

    private static Gen<Filter> Condition(int depth)
    {
        Gen<Filter> leaf = Gen.OneOf(
            Gen.Select(Gen.OneOf(TextProperties), Gen.OneOf(Comparisons), Gen.OneOf(Words), Gen.Bool).Select((name, op, word, mirrored) =>
                mirrored ? Mirrored(name, op, word) : Compare(name, op, word, quoted: true)),
            Gen.Select(Gen.OneOf(TextProperties), Gen.OneOf("startsWith", "endswith", "STARTSWITH", "endsWith"), Gen.OneOf("S", "s", "e", "Re", "")).Select(Function),
            Gen.Select(Gen.OneOf(TextProperties), Gen.OneOf(Words).Array[1, 4]).Select((name, words) => In(name, words)),
            Gen.Select(Gen.OneOf("eq", "ne"), Gen.Bool, Gen.Bool).Select(Flag),
            Gen.Select(Gen.OneOf("assignedLicenses", "licenseAssignmentStates", "otherMails"), Gen.OneOf(Comparisons), Gen.Int[0, 3]).Select(Count),
            LicenseAny(2),
            StateAny(2),
            Gen.OneOf("a", "A@", "z").Select(start => Any("otherMails", "m", Function("m", "startsWith", start))),
            Gen.OneOf("assignedLicenses", "otherMails").Select(name => Any(name, "", null)));
        if (depth == 0)
        {
            return leaf;
        }

        Gen<Filter> inner = Condition(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Select(Not),
            Gen.Select(Gen.OneOf("and", "or", "AND", "Or"), inner.Array[2, 4]).Select((word, terms) => Join(word, terms)));
    }

    private static Gen<Filter> LicenseAny(int depth) => Inner(
        depth,
        Gen.OneOf(
            Gen.Select(Gen.OneOf("eq", "ne"), Gen.OneOf(Skus), Gen.Bool).Select((op, sku, quoted) => Compare("l/skuId", op, sku, quoted)),
            Gen.OneOf(Skus).Array[1, 3].Select(skus => In("l/skuId", skus, quoted: false)),
            Gen.Select(Gen.OneOf(Comparisons), Gen.Int[0, 2]).Select((op, n) => Count("l/disabledPlans", op, n)),
            Gen.Select(Gen.OneOf("eq", "ne"), Gen.Int[0, 50], Gen.Bool).Select((op, at, quoted) =>
                Any("l/disabledPlans", "p", Compare("p", op, Plans[at % Plans.Length], quoted))))).Select(body => Any("assignedLicenses", "l", body));

    private static Gen<Filter> StateAny(int depth) => Inner(
        depth,
        Gen.OneOf(
            Gen.Select(Gen.OneOf("eq", "ne"), Gen.OneOf("Active", "error", "ActiveWithError")).Select((op, state) => Compare("s/state", op, state, quoted: true)),
            Gen.Select(Gen.OneOf("eq", "ne"), Gen.OneOf("None", "CountViolation", "Other", "Others")).Select((op, error) => Compare("s/error", op, error, quoted: true)),
            Gen.OneOf("eq", "ne").Select(op => Compare("s/assignedByGroup", op, null, quoted: true)))).Select(body => Any("licenseAssignmentStates", "s", body));

    private static Gen<Filter> Inner(int depth, Gen<Filter> leaf) => depth == 0
        ? leaf
        : Gen.OneOf(
            leaf,
            Inner(depth - 1, leaf).Select(Not),
            Gen.Select(Gen.OneOf("and", "or"), Inner(depth - 1, leaf).Array[2, 3]).Select((word, terms) => Join(word, terms)));

    private static Filter Compare(string path, string op, string? value, bool quoted)
    {
        string? meant = path == "s/error" && value == "Others" ? "Other" : value;
        return new($"{path} {op} {Literal(value, quoted)}", row => Ordered(op, Read(row, path), meant), "text") { IsAdvanced = IsComparisonAdvanced(path, op, value) };
    }

    private static Filter Mirrored(string path, string op, string? value) =>
        new($"{Literal(value, quoted: true)} {op} {path}", row => Ordered(op, value, Read(row, path)), "text") { IsAdvanced = IsComparisonAdvanced(path, op, value) };

    // userType stands for the properties that are compared for equality only.
    private static bool IsComparisonAdvanced(string path, string op, string? value) => op switch
    {
        "ne" => true,
        "eq" => value is null,
        _ => path == "userType",
    };

    private static Filter In(string path, string?[] values, bool quoted = true) => new(
        $"{path} in ({string.Join(',', values.Select(value => Literal(value, quoted)))})",
        row => values.Any(value => Ordered("eq", Read(row, path), value)),
        "in");

    private static Filter Function(string path, string name, string part) =>
        // Only addresses can be asked for their end.
        name.StartsWith('e') && path is not ("mail" or "userPrincipalName") ? Function(path, "startsWith", part) : new(
        $"{name}({path},{Literal(part, quoted: true)})",
        row => Read(row, path) is not { } text ? null
            : name.StartsWith("s", StringComparison.OrdinalIgnoreCase) ? text.StartsWith(part, StringComparison.OrdinalIgnoreCase)
            : text.EndsWith(part, StringComparison.OrdinalIgnoreCase),
        "function")
        {
            IsAdvanced = name.StartsWith('e') || path == "userType",
        };

    private static Filter Flag(string op, bool value, bool bare) => new(
        bare ? "accountEnabled" : $"accountEnabled {op} {(value ? "true" : "false")}",
        row => bare ? row.GetProperty("accountEnabled").GetBoolean() : row.GetProperty("accountEnabled").GetBoolean() == value == (op == "eq"),
        "flag")
    {
        IsAdvanced = !bare && op == "ne",
    };

    private static Filter Count(string path, string op, int number) => new(
        $"{path}/$count {op} {number}",
        row => op switch
        {
            "eq" => Items(row, path).Length == number,
            "ne" => Items(row, path).Length != number,
            "gt" => Items(row, path).Length > number,
            "ge" => Items(row, path).Length >= number,
            "lt" => Items(row, path).Length < number,
            _ => Items(row, path).Length <= number,
        },
        "count")
    {
        IsAdvanced = true,
    };

    private static Filter Any(string path, string variable, Filter? body) => new(
        body is null ? $"{path}/any()" : $"{path}/any({variable}:{body.Text})",
        row =>
        {
            bool? any = false;
            foreach (JsonElement item in Items(row, path))
            {
                bool? one = body is null ? true : body.Of(item);
                any = any == true || one == true ? true : any is null || one is null ? null : false;
            }

            return any;
        },
        ["any", .. body?.Parts ?? []])
    {
        IsAdvanced = body?.IsAdvanced == true,
    };

    private static Filter Not(Filter inner) => new($"not ({inner.Text})", row => !inner.Of(row), ["not", .. inner.Parts]) { IsAdvanced = true };

    private static Filter Join(string word, Filter[] terms) => new(
        string.Join($" {word} ", terms.Select(term => $"({term.Text})")),
        row =>
        {
            bool and = word.Equals("and", StringComparison.OrdinalIgnoreCase);
            bool?[] values = [.. terms.Select(term => term.Of(row))];
            return values.Contains(!and) ? !and : values.Contains(null) ? null : and;
        },
        [word.ToLowerInvariant(), .. terms.SelectMany(term => term.Parts)])
    {
        IsAdvanced = terms.Any(term => term.IsAdvanced),
    };

    // Null equals only null; nothing comes before or after it.
    private static bool Ordered(string op, string? left, string? right)
    {
        if (left is null || right is null)
        {
            return op switch { "eq" => left == right, "ne" => left != right, _ => false };
        }

        int order = string.Compare(left, right, StringComparison.OrdinalIgnoreCase);
        return op switch { "eq" => order == 0, "ne" => order != 0, "gt" => order > 0, "ge" => order >= 0, "lt" => order < 0, _ => order <= 0 };
    }

    private static string Literal(string? value, bool quoted) =>
        value is null ? "null" : quoted ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : value;

    // "p" is the element itself, "l/skuId" a property of the element, "city" a property of the user.
    private static string? Read(JsonElement row, string path)
    {
        if (row.ValueKind == JsonValueKind.String)
        {
            return row.GetString();
        }

        JsonElement value = row.GetProperty(path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        return value.ValueKind == JsonValueKind.Null ? null : value.GetString();
    }

    private static JsonElement[] Items(JsonElement row, string path) => [.. row.GetProperty(path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]).EnumerateArray()];

    private static Company Make()
    {
        Company company = Company.Empty();
        company.Buy(Company.E3, 100);
        company.Buy(Company.E5, 3);
        company.Buy(Company.CloudPc, 40);
        List<Guid> all = [];
        Random random = new(1);
        T Pick<T>(params ReadOnlySpan<T> of) => of[random.Next(of.Length)];
        for (int i = 0; i < 60; i++)
        {
            UserAttributes attributes = default(UserAttributes)
                .With(UserAttribute.Department, Pick("", "Sales", "Research", "OPS"))
                .With(UserAttribute.City, Pick("", "a", "Re", "us"))
                .With(UserAttribute.Mail, Pick("", $"user{i}@fabrikam.example"))
                .With(UserAttribute.UserType, Pick("", "", "Guest"))
                .With(UserAttribute.OtherMails, Pick("", "a@x.example\nb@x.example"));
            string name = Pick("Sales", "Research", "ops", "O'Neil");
            bool enabled = Pick(true, true, false);
            string country = Pick("DE", "US");
            all.Add(company.AddUser($"user{i}", user => user with { DisplayName = name, AccountEnabled = enabled, UsageLocation = country, Attributes = attributes }));
            if (Pick(true, false))
            {
                company.Do(new Command.AssignUserLicenses(all[i], [new LicenseRequest(Company.E3, [.. Optional.Take(random.Next(3))])], []));
            }
        }

        company.GiveGroup(company.AddGroup("cloud", [.. all.Take(12)]), Company.CloudPc);
        company.GiveGroup(company.AddGroup("both", [.. all.Skip(8).Take(14)]), Company.E5, Company.CloudPc);
        return company;
    }

    /// <summary>A condition as text and as the loop reads it.</summary>
    private sealed record Filter(string Text, Func<JsonElement, bool?> Of, params string[] Parts)
    {
        public bool IsAdvanced { get; init; }
    }
}

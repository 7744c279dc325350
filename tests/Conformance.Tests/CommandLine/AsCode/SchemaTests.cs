using System.Text.Json;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.Conformance.Tests.House;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine.AsCode;

/// <summary>The schema, the documents and the reader speak of the same file (B559).</summary>
public sealed class SchemaTests
{
    private const string Schema = "docs/schema/licenses.schema.json";
    private const string HowTo = "docs/how-to/licenses-as-code.md";
    private const string Head = "## Every key\n\n";

    // To write both anew: BERTH_SCHEMA=write on a run of these tests.
    [Fact]
    public void The_published_schema_and_the_table_of_the_how_to_are_those_of_the_program()
    {
        string howTo = Repository.Read(HowTo);
        int start = howTo.IndexOf(Head, StringComparison.Ordinal) + Head.Length;
        string told = howTo[start..(howTo.IndexOf("\n\n", start, StringComparison.Ordinal) + 1)];
        if (Environment.GetEnvironmentVariable("BERTH_SCHEMA") == "write")
        {
            File.WriteAllText(Repository.PathOf(Schema), ShapeSchema.Of(Grammar.File));
            File.WriteAllText(Repository.PathOf(HowTo), howTo.Replace(told, ShapeTable.Of(Grammar.File), StringComparison.Ordinal));
            return;
        }

        Assert.Equal(ShapeSchema.Of(Grammar.File), Repository.Read(Schema));
        Assert.Equal(ShapeTable.Of(Grammar.File), told);
    }

    [Fact]
    public async Task The_program_prints_the_schema()
    {
        Ended ended = await CliTenant.RunAsync(new Dictionary<string, string?>(), "schema");
        Assert.Equal((0, ShapeSchema.Of(Grammar.File), ""), (ended.ExitCode, ended.Output, ended.Errors));
    }

    // An editor must complain about what the reader refuses, or the schema misleads.
    [Fact]
    public void The_schema_has_every_key_and_refuses_every_other()
    {
        using JsonDocument schema = JsonDocument.Parse(ShapeSchema.Of(Grammar.File));
        JsonElement group = schema.RootElement.GetProperty("properties").GetProperty("groups").GetProperty("items");
        Assert.False(group.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(["group"], group.GetProperty("required").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(["group", "licenses", "members", "exclusive"], group.GetProperty("properties").EnumerateObject().Select(one => one.Name));
        Assert.Equal(["licenses", "members"], group.GetProperty("properties").GetProperty("exclusive").GetProperty("items").GetProperty("enum").EnumerateArray().Select(one => one.GetString()));
        string?[] skus = [.. schema.RootElement.GetProperty("definitions").GetProperty("sku").GetProperty("anyOf")[0].GetProperty("enum").EnumerateArray().Select(one => one.GetString())];
        Assert.Contains("SPE_E3", skus);

        // What names two SKUs is not offered.
        Assert.DoesNotContain("MCOPSTN5", skus);
    }
}

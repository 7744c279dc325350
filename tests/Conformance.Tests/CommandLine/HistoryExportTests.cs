using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>All that happened, in a file (B784).</summary>
[Collection(nameof(CliTenant))]
public sealed class HistoryExportTests(CliTenant tenant)
{
    [Fact]
    public async Task Every_operation_is_a_line_over_all_pages_and_a_row_of_a_table()
    {
        // More than a page, and a name that a spreadsheet would take for a formula.
        string before = Uri.EscapeDataString((await NowAsync()).ToString("o", CultureInfo.InvariantCulture));
        string[] people = await tenant.PeopleAsync(1);
        for (int change = 0; change < 120; change++)
        {
            using StringContent body = new($$"""{"department":"Move {{change}}"}""", System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage changed = await tenant.Http.PatchAsync(new Uri($"/v1.0/users/{people[0]}", UriKind.Relative), body, TestContext.Current.CancellationToken);
            Assert.True(changed.IsSuccessStatusCode);
        }

        Guid group = await tenant.GroupAsync("=1+1", people[0]);
        string lines = Path.Combine(tenant.Folder, "all.ndjson"), table = Path.Combine(tenant.Folder, "all.csv");
        Ended ended = await tenant.RunAsync("history", "export", "--to", lines, "--since", Uri.UnescapeDataString(before));
        Assert.Equal(0, ended.ExitCode);
        JsonElement[] operations = [.. (await File.ReadAllLinesAsync(lines, TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Contains($"{operations.Length} operations written to {lines}.", ended.Output, StringComparison.Ordinal);
        Assert.True(operations.Length > 120);
        Assert.Equal(operations.Length, operations.Select(one => one.GetProperty("id").GetString()).Distinct().Count());
        long[] versions = [.. operations.Select(one => one.GetProperty("version").GetInt64())];
        Assert.Equal(versions.OrderDescending(), versions);
        Assert.All(operations, one => Assert.NotEqual("", one.GetProperty("actor").GetProperty("displayName").GetString()));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(lines));
        }

        // What others do meanwhile is newer: the oldest of the time are the same.
        Assert.Equal(0, (await tenant.RunAsync("history", "export", "--to", table, "--format", "csv", "--since", Uri.UnescapeDataString(before))).ExitCode);
        using StreamReader reader = new(table);
        using CsvReader csv = new(reader, CultureInfo.InvariantCulture);
        List<string[]> rows = [];
        while (csv.Read())
        {
            rows.Add([.. Enumerable.Range(0, csv.Parser.Count).Select(at => csv.GetField(at)!)]);
        }

        Assert.Equal(["id", "at", "actorKind", "actorId", "actor", "kind", "isTruncated", "before", "after"], rows[0]);
        Assert.All(rows, row => Assert.Equal(9, row.Length));
        Assert.Equal(operations.Select(one => one.GetProperty("id").GetString()), rows.Skip(1).Select(row => row[0]).TakeLast(operations.Length));
        Assert.Contains(rows, row => row[8].Contains(group.ToString(), StringComparison.Ordinal));
        Assert.All(rows.SelectMany(row => row), field => Assert.DoesNotMatch("^[=@+\\t\\r-]", field));
    }

    [Fact]
    public async Task A_file_takes_nobody_s_place_and_a_refusal_leaves_none()
    {
        string there = tenant.Write("there.ndjson", "somebody's"), none = Path.Combine(tenant.Folder, "none.ndjson");
        Ended refused = await tenant.RunAsync("history", "export", "--to", there);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is there already", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(there, TestContext.Current.CancellationToken));

        Assert.Equal(3, (await tenant.RunAsync("history", "export", "--to", none, "--since", "yesterday")).ExitCode);
        Assert.Equal(2, (await tenant.RunAsync("history", "export", "--to", Path.Combine(tenant.Folder, "nowhere", "x"))).ExitCode);
        Assert.Equal(2, (await tenant.RunAsync("history", "export", "--to", none, "--format", "xml")).ExitCode);
        Assert.False(File.Exists(none) || File.Exists(none + ".part"));
    }

    private async Task<DateTimeOffset> NowAsync()
    {
        using JsonDocument clock = JsonDocument.Parse(await tenant.Http.GetStringAsync(new Uri("/berth/v1/clock", UriKind.Relative), TestContext.Current.CancellationToken));
        return clock.RootElement.GetProperty("now").GetDateTimeOffset();
    }
}

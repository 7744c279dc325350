using Berth.CommandLine;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>What a server is told by variables and files (B785).</summary>
public sealed class ServeSettingsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_command_line_goes_before_variables_and_variables_before_the_file()
    {
        using TemporaryFile file = new("""
            {
              // What a company's machines have in common.
              "urls": "http://127.0.0.1:1", "https": "https://localhost:1", "data": "/from/file",
              "notifyHost": ["hooks.example.com", "other.example.com"],
            }
            """);
        (string[] args, IReadOnlyDictionary<string, string> origins, string? error) = ServeSettings.Complete(
            ["serve", "--urls", "http://127.0.0.1:3", "--config", file.Path],
            name => name switch { "BERTH_URLS" => "http://127.0.0.1:2", "BERTH_HTTPS" => "https://localhost:2", _ => null });
        Assert.Null(error);
        Assert.Equal(
            ["serve", "--urls", "http://127.0.0.1:3", "--config", file.Path, "--https=https://localhost:2", "--data=/from/file", "--notify-host=hooks.example.com", "--notify-host=other.example.com"],
            args);
        Assert.Equal("BERTH_HTTPS", origins["--https"]);
        Assert.Equal(file.Path, origins["--data"]);
    }

    [Fact]
    public void A_secret_comes_from_a_file_that_a_variable_names_and_the_settings_file_from_a_variable_too()
    {
        using TemporaryFile secret = new("Host=db;Database=berth;Username=berth;Password=x\n"), file = new("""{"logLevel":"error"}""");
        (string[] args, _, string? error) = ServeSettings.Complete(
            ["serve"], name => name switch { "BERTH_DB_FILE" => secret.Path, "BERTH_CONFIG" => file.Path, "BERTH_NOTIFY_HOST" => "a.example; b.example", _ => null });
        Assert.Null(error);
        Assert.Equal(["serve", "--db=Host=db;Database=berth;Username=berth;Password=x", "--notify-host=a.example", "--notify-host=b.example", "--log-level=error"], args);
    }

    [Theory]
    [InlineData("{", "line 1: this is no JSON")]
    [InlineData("[]", "must be one object of JSON")]
    [InlineData("""{"url":"http://127.0.0.1:1"}""", "there is no setting 'url'; those there are: urls, https")]
    [InlineData("""{"demo":"true"}""", "there is no setting 'demo'")]
    [InlineData("""{"urls":"http://127.0.0.1:1","urls":"http://127.0.0.1:2"}""", "'urls' stands there twice")]
    [InlineData("""{"urls":5365}""", "'urls' must be a text")]
    [InlineData("""{"urls":[1]}""", "'urls' must be a text")]
    [InlineData("""{"urls":[[[[[1]]]]]}""", "this is no JSON")]
    public void A_file_that_means_nothing_is_one_line(string text, string mention)
    {
        using TemporaryFile file = new(text);
        (_, _, string? error) = ServeSettings.Complete(["serve", $"--config={file.Path}"], _ => null);
        Assert.Contains(mention, error, StringComparison.Ordinal);
        Assert.Contains(file.Path, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error!);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_file_has_a_largest_size(int more, bool isRead)
    {
        using TemporaryFile file = new("{}".PadRight(ServeSettings.LongestFile + more));
        Assert.Equal(isRead, ServeSettings.Complete(["serve", "--config", file.Path], _ => null).Error is null);
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_line_and_other_commands_read_none()
    {
        Assert.Contains("cannot be read", ServeSettings.Complete(["serve", "--config", "/nowhere/berth.json"], _ => null).Error, StringComparison.Ordinal);
        Assert.Contains("BERTH_DB_FILE", ServeSettings.Complete(["serve"], name => name == "BERTH_DB_FILE" ? "/nowhere/db" : null).Error, StringComparison.Ordinal);
        Assert.Equal(["sku", "list"], ServeSettings.Complete(["sku", "list"], _ => "anything").Args);
    }

    [Fact]
    public async Task A_server_runs_by_its_file_and_a_bad_value_is_told_with_where_it_comes_from()
    {
        using TemporaryFile good = new("""{"logFormat":"json","notifyHost":["hooks.example.com"]}""");
        await using (BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--config", good.Path))
        {
            using HttpClient client = await berth.ClientAsync(authenticated: false);
            Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), Cancel));
        }

        foreach ((string name, string value, string mention) in new[]
        {
            ("BERTH_URLS", "ftp://127.0.0.1:1", "(--urls comes from BERTH_URLS.)"),
            ("BERTH_LOG_LEVEL", "loud", "(--log-level comes from BERTH_LOG_LEVEL.)"),
            ("BERTH_OTLP", "http://user:secret@collector:4318", "(--otlp comes from BERTH_OTLP.)"),
            ("BERTH_OTLP", "collector", "is not the address of a collector"),
            ("BERTH_DB", "Database=berth;Password=a wrong secret", "(--db comes from BERTH_DB.)"),
        })
        {
            (int exitCode, string output, string errors) = await BerthProcess.CommandInAsync(new Dictionary<string, string> { [name] = value }, "serve");
            Assert.Equal((2, ""), (exitCode, output));
            Assert.Contains(mention, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            Assert.DoesNotContain("wrong secret", errors, StringComparison.Ordinal);
        }
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text)
        {
            Path = System.IO.Path.GetTempFileName();
            File.WriteAllText(Path, text);
        }

        public string Path { get; }

        public void Dispose() => File.Delete(Path);
    }
}

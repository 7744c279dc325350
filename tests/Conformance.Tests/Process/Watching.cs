using System.Net;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>What whoever runs the program can see of it.</summary>
public sealed class Watching(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/HEALTHZ/ready")]
    public async Task A_serving_process_is_alive_and_ready(string path)
    {
        using HttpClient client = await demo.Berth.ClientAsync(authenticated: false);
        using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ok\n", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/healthz")]
    [InlineData("/healthz/else")]
    [InlineData("/nothing")]
    [InlineData("/oauth2/v2.0/token")]
    [InlineData("/contoso.example/oauth2/v2.0/nothing")]
    [InlineData("/a/b/oauth2/v2.0/token")]
    public async Task A_path_that_is_nobodys_has_the_error_envelope(string path)
    {
        using HttpClient client = await demo.Berth.ClientAsync(authenticated: false);
        using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));

        Assert.InRange((int)response.StatusCode, 400, 404);
        Assert.StartsWith("Resource not found for the segment", body.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("berth_tenants{otel_scope_name=\"Berth\"} 1")]
    [InlineData("berth_users{otel_scope_name=\"Berth\",tenant=\"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10\"} 1")]
    [InlineData("berth_journal_events_total{otel_scope_name=\"Berth\",tenant=\"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10\"} 2")]
    [InlineData("berth_membership_rule_evaluations_total{otel_scope_name=\"Berth\",tenant=\"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10\"} 0")]
    [InlineData("# TYPE dotnet_gc_collections_total counter")]
    [InlineData("# TYPE kestrel_active_connections gauge")]
    public async Task Prometheus_reads_tenants_runtime_and_connections(string line)
    {
        using HttpClient client = await demo.Berth.ClientAsync(authenticated: false);
        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);

        Assert.Contains(line, metrics.Split('\n'));
    }
}

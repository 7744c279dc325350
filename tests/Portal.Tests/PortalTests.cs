using System.Net.Http.Json;
using System.Text.Json;

namespace Berth.Portal.Tests;

/// <summary>What every class of tests begins with: the server and the browser of its collection, and how a test makes what it looks at by the server's own interface.</summary>
public abstract class PortalTests(PortalUnderTest portal)
{
    /// <summary>Ends what waits when the run is stopped.</summary>
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The server and the browser.</summary>
    protected PortalUnderTest Portal { get; } = portal;

    /// <summary>Asks the server as the demo's client.</summary>
    protected Task<HttpClient> ClientAsync() => Portal.Berth.ClientAsync();

    /// <summary>A POST that succeeds; its answer, when it has one.</summary>
    protected static async Task<JsonElement> SendAsync<T>(HttpClient client, string address, T body)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync(new Uri(address, UriKind.Relative), body, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{address}: {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>A GET that succeeds.</summary>
    protected static Task<JsonElement> GetAsync(HttpClient client, string address) => client.GetFromJsonAsync<JsonElement>(new Uri(address, UriKind.Relative), Cancel);
}

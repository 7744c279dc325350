using System.Net;
using System.Net.Http.Headers;

namespace Berth.Connect.Wire;

/// <summary>The connections to a Graph: how long they take, how much they carry, and who says to be there.</summary>
public static class GraphHttp
{
    /// <summary>A client that has not connected yet.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="inside">What answers in place of a network; null for a network.</param>
    public static HttpClient Open(Uri graph, HttpMessageHandler? inside = null)
    {
        HttpMessageHandler handler = inside ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectLimits.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = !graph.IsLoopback,
        };
        HttpClient http = new(handler) { Timeout = ConnectLimits.Request, MaxResponseContentBufferSize = ConnectLimits.AnswerBytes };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("berth", typeof(GraphHttp).Assembly.GetName().Version?.ToString(3)));
        return http;
    }
}

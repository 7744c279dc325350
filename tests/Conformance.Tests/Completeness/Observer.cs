namespace Berth.Conformance.Tests.Completeness;

/// <summary>Stands last before the wire in a test's client and hands what passes to <see cref="Evidence"/>; changes nothing.</summary>
public sealed class Observer(HttpMessageHandler wire) : DelegatingHandler(wire)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string target = request.RequestUri!.PathAndQuery;
        string? batch = request.Content is not null && target.EndsWith("/$batch", StringComparison.OrdinalIgnoreCase)
            ? await request.Content.ReadAsStringAsync(cancellationToken)
            : null;
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        string? body = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            body = await response.Content.ReadAsStringAsync(cancellationToken);
        }

        Evidence.OfExchange(request.Method.Method, target, batch, (int)response.StatusCode, body);
        return response;
    }
}

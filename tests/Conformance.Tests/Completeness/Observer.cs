namespace Berth.Conformance.Tests.Completeness;

/// <summary>Stands last before the wire in a test's client and hands what passes to <see cref="Evidence"/>; changes nothing.</summary>
public sealed class Observer(HttpMessageHandler wire) : DelegatingHandler(wire)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string target = request.RequestUri!.PathAndQuery;
        string? sent = request.Content is not null && Evidence.LooksInto(target) ? await request.Content.ReadAsStringAsync(cancellationToken) : null;
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        string? received = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            received = await response.Content.ReadAsStringAsync(cancellationToken);
        }

        Evidence.OfExchange(new Exchange(request.Method.Method, target, sent, (int)response.StatusCode, received, Client.Of(Said("SdkVersion"), Said("User-Agent"))));
        return response;

        string? Said(string header) => request.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;
    }
}

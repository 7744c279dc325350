using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Portal.SignIn;
using Microsoft.AspNetCore.Components;

namespace Berth.Portal.Graph;

/// <summary>
/// Asks Graph in the name of the person who is signed in. Addresses begin with the version: <c>v1.0/users</c>, <c>beta/...</c>, <c>berth/v1/plan</c>, or are a link as an
/// answer gave it. A token that is over is renewed once, a server that asks to wait is waited for, and everything else that is no success is a <see cref="GraphException"/>.
/// </summary>
public sealed class GraphClient(HttpClient http, PortalSession session, NavigationManager navigation)
{
    /// <summary>How often a request is sent, at most, while the server asks to wait.</summary>
    public const int Attempts = 4;

    /// <summary>The longest wait between two of them; a server that asks for more is not waited for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Reads one object, or a page of a list as <see cref="GraphPage{T}"/>. <c>$count</c>, <c>$search</c> and the like work: the header for them is always sent.</summary>
    public Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type, CancellationToken cancel = default) => SendAsync(HttpMethod.Get, address, null, type, cancel);

    /// <summary>Reads what was at a moment: a time with its zone, or a version of the history (B661).</summary>
    public Task<T> GetAsOfAsync<T>(string moment, string address, JsonTypeInfo<T> type, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Get, address, null, type, cancel, moment);

    /// <summary>POST without a body.</summary>
    public Task<TAnswer> PostAsync<TAnswer>(string address, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Post, address, null, answerType, cancel);

    /// <summary>Sends a body with POST and reads the answer.</summary>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(
        string address, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Post, address, () => JsonContent.Create(body, bodyType), answerType, cancel);

    /// <summary>Sends a body with any method where the answer is nothing or does not matter: PATCH, PUT, an action with 204.</summary>
    public async Task SendAsync<TBody>(HttpMethod method, string address, TBody body, JsonTypeInfo<TBody> type, CancellationToken cancel = default) =>
        (await AskAsync(method, address, () => JsonContent.Create(body, type), cancel)).Dispose();

    /// <summary>Sends a text that is no JSON with POST, such as a certificate.</summary>
    public async Task PostTextAsync(string address, string text, string mediaType, CancellationToken cancel = default) =>
        (await AskAsync(HttpMethod.Post, address, () => new StringContent(text, System.Text.Encoding.ASCII, mediaType), cancel)).Dispose();

    /// <summary>Deletes.</summary>
    public async Task DeleteAsync(string address, CancellationToken cancel = default) => (await AskAsync(HttpMethod.Delete, address, null, cancel)).Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string address, Func<HttpContent>? body, JsonTypeInfo<T> type, CancellationToken cancel, string? asOf = null)
    {
        using HttpResponseMessage response = await AskAsync(method, address, body, cancel, asOf);
        return await response.Content.ReadFromJsonAsync(type, cancel) ?? throw new GraphException(response.StatusCode, "", null, "The server answered with nothing where something was expected.", null);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string address, Func<HttpContent>? body, CancellationToken cancel, string? asOf = null)
    {
        try
        {
            return await AskThroughAsync(method, address, body, asOf, cancel);
        }
        catch (HttpRequestException)
        {
            throw new GraphException(null, "", null, "Berth cannot be reached.", null);
        }
    }

    // The answer is a success; its owner disposes it.
    private async Task<HttpResponseMessage> AskThroughAsync(HttpMethod method, string address, Func<HttpContent>? body, string? asOf, CancellationToken cancel)
    {
        bool renewed = false;
        for (int attempt = 1; ; attempt++)
        {
            string token = await session.TokenAsync() ?? throw await SignInAgainAsync();
            using HttpRequestMessage request = new(method, address) { Content = body?.Invoke() };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.Add("ConsistencyLevel", "eventual");
            if (asOf is not null)
            {
                request.Headers.Add("Berth-As-Of", asOf);
            }

            HttpResponseMessage response = await http.SendAsync(request, cancel);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    if (renewed || !await session.RenewAsync())
                    {
                        throw await SignInAgainAsync();
                    }

                    renewed = true;
                    continue;
                }

                if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && attempt < Attempts
                    && (response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1)) is { } wait && wait <= LongestWait)
                {
                    await Task.Delay(wait, cancel);
                    continue;
                }

                throw await ReadErrorAsync(response, cancel);
            }
        }
    }

    private async Task<GraphException> SignInAgainAsync()
    {
        await session.BeginAsync(navigation.ToBaseRelativePath(navigation.Uri));
        return new GraphException(HttpStatusCode.Unauthorized, "InvalidAuthenticationToken", null, "Your sign-in is over.", null);
    }

    private static async Task<GraphException> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync(GraphJson.Default.GraphErrorAnswer, cancel) is { Error: { } error })
            {
                return new GraphException(response.StatusCode, error.Code ?? "", error.InnerError?.Code, error.Message ?? "", error.InnerError?.RequestId) { Details = error.Details ?? [] };
            }
        }
        catch (JsonException)
        {
            // Something between here and Berth has answered in its own way.
        }

        return new GraphException(response.StatusCode, "", null, $"The server answered {(int)response.StatusCode} without a reason.", null);
    }
}

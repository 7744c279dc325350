using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ProcessAgent;

/// <summary>Berth said that a job is not the agent's any more: it works on something that somebody else does now, or that nobody wants.</summary>
internal sealed class LeaseLostException(string message) : Exception(message);

/// <summary>Berth's host door over HTTP: a token by client credentials, claims, reports.</summary>
internal sealed class HostDoor(AgentOptions options) : IDisposable
{
    private static readonly TimeSpan _renewBefore = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http = new() { BaseAddress = options.Server, Timeout = TimeSpan.FromSeconds(30) };
    private readonly SemaphoreSlim _signingIn = new(1);
    private string? _token;
    private DateTimeOffset _goodUntil;

    /// <summary>Claims at most so many jobs.</summary>
    public async Task<IReadOnlyList<Job>> ClaimAsync(int most, CancellationToken cancel)
    {
        ClaimRequest claim = new(options.Name, most, (int)options.Lease.TotalSeconds);
        using HttpResponseMessage response = await SendAsync("claim", claim, Json.Default.ClaimRequest, cancel);
        return (await response.Content.ReadFromJsonAsync(Json.Default.ClaimAnswer, cancel))!.Value;
    }

    /// <summary>Says that the agent still works on a job; the lease begins anew.</summary>
    /// <exception cref="LeaseLostException">It is not the agent's any more.</exception>
    public Task ProgressAsync(Job job, int percent, string? message, CancellationToken cancel) =>
        ReportAsync($"{job.Id}/progress", new ProgressReport(job.LeaseId, percent, message), Json.Default.ProgressReport, cancel);

    /// <summary>Says that a job is done. It may be said again.</summary>
    /// <exception cref="LeaseLostException">It is not the agent's any more.</exception>
    public Task DoneAsync(Job job, IReadOnlyList<CheckResult>? checks, Warning? warning, CancellationToken cancel) =>
        ReportAsync($"{job.Id}/done", new DoneReport(job.LeaseId) { Checks = checks, Warning = warning }, Json.Default.DoneReport, cancel);

    /// <summary>Says that a job did not work.</summary>
    /// <exception cref="LeaseLostException">It is not the agent's any more.</exception>
    public Task FailedAsync(Job job, JobFailedException failure, CancellationToken cancel) => ReportAsync(
        $"{job.Id}/failed", new FailedReport(job.LeaseId, failure.Code, failure.Message, failure.IsRetriable), Json.Default.FailedReport, cancel);

    public void Dispose()
    {
        _http.Dispose();
        _signingIn.Dispose();
    }

    private async Task ReportAsync<T>(string path, T body, JsonTypeInfo<T> shape, CancellationToken cancel)
    {
        using HttpResponseMessage response = await SendAsync(path, body, shape, cancel);
    }

    private async Task<HttpResponseMessage> SendAsync<T>(string path, T body, JsonTypeInfo<T> shape, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/berth/v1/host/jobs/{path}") { Content = JsonContent.Create(body, shape) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancel));
        HttpResponseMessage response = await _http.SendAsync(request, cancel);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                _goodUntil = default;
            }

            string message = await MessageAsync(response, cancel);
            throw response.StatusCode == HttpStatusCode.Conflict && !path.Equals("claim", StringComparison.Ordinal)
                ? new LeaseLostException(message)
                : new HttpRequestException(message, null, response.StatusCode);
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancel)
    {
        await _signingIn.WaitAsync(cancel);
        try
        {
            if (_token is not null && TimeProvider.System.GetUtcNow() < _goodUntil)
            {
                return _token;
            }

            using FormUrlEncodedContent form = new(
            [
                new("grant_type", "client_credentials"),
                new("client_id", options.ClientId),
                new("client_secret", options.ClientSecret),
                new("scope", "https://graph.microsoft.com/.default"),
            ]);
            using HttpResponseMessage response = await _http.PostAsync($"/{Uri.EscapeDataString(options.Tenant)}/oauth2/v2.0/token", form, cancel);
            if (!response.IsSuccessStatusCode)
            {
                throw new HttpRequestException($"No token for {options.ClientId}: {await response.Content.ReadAsStringAsync(cancel)}", null, response.StatusCode);
            }

            TokenAnswer answer = (await response.Content.ReadFromJsonAsync(Json.Default.TokenAnswer, cancel))!;
            _goodUntil = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(answer.ExpiresIn) - _renewBefore;
            return _token = answer.AccessToken;
        }
        finally
        {
            _signingIn.Release();
        }
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        string text = await response.Content.ReadAsStringAsync(cancel);
        try
        {
            return JsonSerializer.Deserialize(text, Json.Default.ErrorAnswer)?.Error is { } error ? $"{error.Code}: {error.Message}" : text;
        }
        catch (JsonException)
        {
            return $"{(int)response.StatusCode} {text}";
        }
    }
}

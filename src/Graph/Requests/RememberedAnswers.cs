using System.Security.Cryptography;

namespace Berth.Graph.Requests;

/// <summary>
/// Answers to writes that no journal keeps: a request that comes again under its id gets the answer that it got then, as long as the process remembers it
/// (contract, Repeatability-Request-ID). What was refused is not remembered. For any number of threads.
/// </summary>
/// <param name="most">The most answers; the oldest goes first.</param>
internal sealed class RememberedAnswers(int most)
{
    private readonly OrderedDictionary<string, (string Body, byte[] Answer)> _answers = new(StringComparer.Ordinal);
    private readonly Lock _answering = new();

    /// <summary>Does something once.</summary>
    public GraphResponse Once(GraphRequest request, Func<GraphResponse> act)
    {
        if (request.RepeatabilityId is not { Length: > 0 } id)
        {
            return act();
        }

        string key = $"{request.Caller.TenantId} {request.Caller.AppId} {request.Method} {request.Path.Text} {id}";
        string body = Convert.ToHexStringLower(SHA256.HashData(request.Body.Span));
        lock (_answering)
        {
            if (_answers.TryGetValue(key, out (string Body, byte[] Answer) before))
            {
                return before.Body == body ? GraphRoom.Recall(before.Answer) : GraphResponse.Error(request, GraphRoom.RepeatedDifferently);
            }

            GraphResponse response = act();
            if (response.Status >= 300)
            {
                return response;
            }

            if (_answers.Count == most)
            {
                _answers.RemoveAt(0);
            }

            byte[] answer = GraphRoom.Remember(response);
            _answers.Add(key, (body, answer));
            return GraphRoom.Recall(answer);
        }
    }
}

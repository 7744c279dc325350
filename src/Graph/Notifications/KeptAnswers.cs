using System.Security.Cryptography;
using Berth.Graph.Requests;

namespace Berth.Graph.Notifications;

/// <summary>
/// Answers to writes that no journal keeps, stored beside what they wrote: a request that comes again under its id gets the answer that it got then, also after a restart, while it
/// is among those remembered (contract, Repeatability-Request-ID). What was refused is not remembered. For any number of threads.
/// </summary>
/// <param name="most">The most answers; the oldest goes first.</param>
/// <param name="stored">The answers that are stored, oldest first.</param>
/// <param name="store">Stores <see cref="All"/>.</param>
internal sealed class KeptAnswers(int most, IReadOnlyList<StoredAnswer> stored, Func<Task> store) : IDisposable
{
    private readonly SemaphoreSlim _answering = new(1);
    private volatile IReadOnlyList<StoredAnswer> _answers = stored;

    /// <summary>The answers, oldest first.</summary>
    public IReadOnlyList<StoredAnswer> All => _answers;

    /// <summary>Does something once.</summary>
    public async ValueTask<GraphResponse> OnceAsync(GraphRequest request, Func<ValueTask<GraphResponse>> act, CancellationToken cancel)
    {
        if (GraphRoom.RepeatableOf(request, "", () => SHA256.HashData(request.Body.Span), static _ => []) is not { } repeatable)
        {
            return await act().ConfigureAwait(false);
        }

        await _answering.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_answers.FirstOrDefault(one => one.Key == repeatable.Key) is { } before)
            {
                return before.BodyHash.AsSpan().SequenceEqual(repeatable.BodyHash.Span) ? GraphRoom.Recall(before.Answer) : GraphResponse.Error(request, GraphRoom.RepeatedDifferently);
            }

            GraphResponse response = await act().ConfigureAwait(false);
            if (response.Status >= 300)
            {
                return response;
            }

            // It happened: whoever leaves now must find the answer when it comes back.
            byte[] answer = GraphRoom.Remember(response);
            _answers = [.. _answers.Skip(Math.Max(0, _answers.Count + 1 - most)), new StoredAnswer(repeatable.Key, repeatable.BodyHash.ToArray(), answer)];
            await store().ConfigureAwait(false);
            return GraphRoom.Recall(answer);
        }
        finally
        {
            _answering.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _answering.Dispose();
}

/// <summary>An answer that is remembered.</summary>
internal sealed record StoredAnswer(string Key, byte[] BodyHash, byte[] Answer);

using System.Text.Json;
using Berth.Portal.Graph;
using Microsoft.JSInterop;

namespace Berth.Portal.Plan;

/// <summary>
/// The changes that a person puts together, in their order. They are kept in the tab, so that a reload or another page loses nothing; for good they are kept in a file
/// of the person's own (B664).
/// </summary>
public sealed class PlanDraft(IJSRuntime js)
{
    /// <summary>The changes that a plan takes, where an action counts once for each Cloud PC (B509).</summary>
    public const int MostChanges = 20_000;

    // A little less than the 16 MiB that a plan takes: a change is estimated, not written.
    private const int MostBytes = 14 * 1024 * 1024;

    private const string Place = "berth.plan";

    private readonly List<DraftChange> _changes = [];
    private bool _isRead;

    /// <summary>The changes, in order.</summary>
    public IReadOnlyList<DraftChange> Changes => _changes;

    /// <summary>How many of them, from the first on, one plan takes: all, or a part after which the next one is drawn (B613).</summary>
    public int Part { get; private set; }

    /// <summary>Whether a reload would lose them: the tab has no room for so many.</summary>
    public bool IsTooLongToKeep { get; private set; }

    /// <summary>Reads what the tab kept, the first time.</summary>
    public async Task ReadAsync()
    {
        if (_isRead)
        {
            return;
        }

        _isRead = true;
        if (await js.InvokeAsync<string?>("sessionStorage.getItem", Place) is { } text)
        {
            try
            {
                _changes.AddRange((JsonSerializer.Deserialize(text, PlanFileJson.Default.PlanRequest)?.Changes ?? []).Select(change => new DraftChange(change)));
                Part = Fitting();
            }
            catch (JsonException)
            {
                // Another version of the admin center has written it.
            }
        }
    }

    /// <summary>Puts changes at the end.</summary>
    public Task AddAsync(IEnumerable<PlanChange> changes)
    {
        _changes.AddRange(changes.Select(change => new DraftChange(change)));
        return KeepAsync();
    }

    /// <summary>Takes a change out.</summary>
    public Task RemoveAsync(int index)
    {
        _changes.RemoveAt(index);
        return KeepAsync();
    }

    /// <summary>Moves a change to another place.</summary>
    public Task MoveAsync(int from, int to)
    {
        DraftChange change = _changes[from];
        _changes.RemoveAt(from);
        _changes.Insert(to, change);
        return KeepAsync();
    }

    /// <summary>Takes out what is done: so many, from the first on.</summary>
    public Task RemoveFirstAsync(int count)
    {
        _changes.RemoveRange(0, count);
        return KeepAsync();
    }

    /// <summary>Takes all of them out.</summary>
    public Task ClearAsync()
    {
        _changes.Clear();
        return KeepAsync();
    }

    /// <summary>All of them as the API and <c>berth plan</c> take them.</summary>
    public PlanRequest ToRequest() => new([.. _changes.Select(one => one.Change)]);

    /// <summary>Those of them that one plan takes.</summary>
    public PlanRequest ToPart() => new([.. _changes.Take(Part).Select(one => one.Change)]);

    // One change that is too much alone is refused by the server, which says why.
    private int Fitting()
    {
        int count = 0, weight = 0, bytes = 0;
        foreach (DraftChange one in _changes)
        {
            weight += Math.Max(1, one.Change.CloudPcIds?.Count ?? 1);
            bytes += one.Change.Bytes;
            if (count > 0 && (weight > MostChanges || bytes > MostBytes))
            {
                break;
            }

            count++;
        }

        return count;
    }

    private async Task KeepAsync()
    {
        Part = Fitting();
        try
        {
            await js.InvokeVoidAsync("sessionStorage.setItem", Place, JsonSerializer.Serialize(ToRequest(), GraphJson.Default.PlanRequest));
            IsTooLongToKeep = false;
        }
        catch (JSException)
        {
            await js.InvokeVoidAsync("sessionStorage.removeItem", Place);
            IsTooLongToKeep = true;
        }
    }
}

/// <summary>A change in the list; the same change may stand there twice.</summary>
public sealed class DraftChange(PlanChange change)
{
    /// <summary>What tells it from others.</summary>
    public string Key { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The change.</summary>
    public PlanChange Change { get; } = change;
}

namespace Berth.Oracle;

/// <content>Who is evaluated when, and again. (retry-and-waiting.md)</content>
public sealed partial class OracleTenant
{
    // B30, B32: the earliest pair in error first; when one gets anywhere, begin again; stop when a whole pass gets nowhere.
    private void RetryFair()
    {
        int rounds = 0;
        bool again = true;
        while (again)
        {
            again = false;
            foreach (OraclePair pair in InError())
            {
                if (Evaluate(pair.User, pair.Group))
                {
                    again = true;
                    break;
                }
            }

            if (++rounds > 100_000)
            {
                throw new InvalidOperationException("The retry does not come to rest.");
            }
        }
    }

    // B31(c): the other pairs in error of a user who left a group.
    private void RetryUser(string user, string exceptGroup)
    {
        bool again = true;
        while (again)
        {
            again = false;
            foreach (OraclePair pair in InError().Where(pair => pair.User == user && pair.Group != exceptGroup))
            {
                if (Evaluate(pair.User, pair.Group))
                {
                    again = true;
                    break;
                }
            }
        }
    }

    // B21: waiting order. Ids compare as lower-case text.
    private List<OraclePair> InError() =>
    [
        .. _pairs.Where(pair => pair.IsInError)
            .OrderBy(pair => pair.WaitingSince)
            .ThenBy(pair => pair.WaitingSinceTime)
            .ThenBy(pair => pair.User, StringComparer.Ordinal)
            .ThenBy(pair => pair.Group, StringComparer.Ordinal),
    ];

    // B22: one change of a group evaluates users in the order in which they began to wait, then of user id.
    private void EvaluateInOrder(string group, IEnumerable<string> users)
    {
        foreach (string user in InOrder(group, users))
        {
            Evaluate(user, group);
        }
    }

    private List<string> InOrder(string group, IEnumerable<string> users) =>
        [.. users.Distinct().OrderBy(user => Since(user, group)).ThenBy(user => user, StringComparer.Ordinal)];

    // When a pair began to wait: the sequence, then the time (B21). One that does not wait would begin now (B22).
    private (long Sequence, DateTimeOffset Time) Since(string user, string group) =>
        _pairs.Find(pair => pair.User == user && pair.Group == group) is { WaitingSince: { } sequence } pair
            ? (sequence, pair.WaitingSinceTime)
            : (_sequence, _now);
}

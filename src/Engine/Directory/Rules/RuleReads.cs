namespace Berth.Engine.Directory.Rules;

/// <summary>
/// A set of things about a user that rules read, one bit each: bits 1 to 78 are those of <see cref="UserAttribute"/>, the others are named here.
/// </summary>
/// <param name="Bits">The bits.</param>
public readonly record struct RuleReads(UInt128 Bits)
{
    /// <summary>The number of different bits.</summary>
    public const int Width = 128;

    private const int FirstOther = 100;

    /// <summary>Nothing.</summary>
    public static RuleReads None => default;

    /// <summary>Whether the user can sign in.</summary>
    public static RuleReads AccountEnabled => Bit(FirstOther);

    /// <summary>The display name.</summary>
    public static RuleReads DisplayName => Bit(FirstOther + 1);

    /// <summary>The user principal name.</summary>
    public static RuleReads UserPrincipalName => Bit(FirstOther + 2);

    /// <summary>The mail alias.</summary>
    public static RuleReads MailNickname => Bit(FirstOther + 3);

    /// <summary>The usage location.</summary>
    public static RuleReads UsageLocation => Bit(FirstOther + 4);

    /// <summary>The plans that the user's licenses switch on, and their status.</summary>
    public static RuleReads AssignedPlans => Bit(FirstOther + 5);

    /// <summary>The manager.</summary>
    public static RuleReads Manager => Bit(FirstOther + 6);

    /// <summary>The groups the user is a first-level member of.</summary>
    public static RuleReads Memberships => Bit(FirstOther + 7);

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>An attribute.</summary>
    public static RuleReads Of(UserAttribute attribute) => Bit((int)attribute);

    /// <summary>What differs between two states of a user.</summary>
    public static RuleReads Between(User before, User after)
    {
        RuleReads changed = None;
        changed |= before.AccountEnabled != after.AccountEnabled ? AccountEnabled : None;
        changed |= before.DisplayNameUtf8() != after.DisplayNameUtf8() ? DisplayName : None;
        changed |= before.UserPrincipalNameUtf8() != after.UserPrincipalNameUtf8() ? UserPrincipalName : None;
        changed |= before.MailNicknameUtf8() != after.MailNicknameUtf8() ? MailNickname : None;
        changed |= before.UsageLocation != after.UsageLocation ? UsageLocation : None;
        if (before.Attributes == after.Attributes)
        {
            return changed;
        }

        // Both ascend by attribute.
        UserAttributes.Enumerator old = before.Attributes.GetEnumerator(), now = after.Attributes.GetEnumerator();
        for (bool isOld = old.MoveNext(), isNow = now.MoveNext(); isOld || isNow;)
        {
            int order = !isOld ? 1 : !isNow ? -1 : old.Current.Key.CompareTo(now.Current.Key);
            if (order != 0 || old.Current.Value != now.Current.Value)
            {
                changed |= Of(order <= 0 ? old.Current.Key : now.Current.Key);
            }

            isOld = order <= 0 ? old.MoveNext() : isOld;
            isNow = order >= 0 ? now.MoveNext() : isNow;
        }

        return changed;
    }

    /// <summary>Whether two sets have something in common.</summary>
    public bool Overlaps(RuleReads other) => (Bits & other.Bits) != 0;

    /// <summary>The numbers of the bits that are set, ascending.</summary>
    public IEnumerable<int> Each()
    {
        UInt128 left = Bits;
        while (left != 0)
        {
            int bit = (int)UInt128.TrailingZeroCount(left);
            yield return bit;
            left &= left - 1;
        }
    }

    /// <summary>Everything in either.</summary>
    public static RuleReads operator |(RuleReads left, RuleReads right) => new(left.Bits | right.Bits);

    /// <summary>Everything in either.</summary>
    public static RuleReads BitwiseOr(RuleReads left, RuleReads right) => left | right;

    private static RuleReads Bit(int number) => new(UInt128.One << number);
}

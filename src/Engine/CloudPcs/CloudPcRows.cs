using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine.CloudPcs;

/// <summary>Where a Cloud PC stands, without the rest of it.</summary>
/// <param name="User">The user's index; <see cref="CloudPc.Nobody"/> for a shared one.</param>
/// <param name="Plan">The index of its service plan.</param>
/// <param name="Policy">The index of the policy that made it, or under which it waits; -1 for none.</param>
/// <param name="Status">Its status.</param>
public readonly record struct CloudPcStanding(int User, int Plan, int Policy, CloudPcStatus Status);

/// <summary>
/// The Cloud PCs of a tenant by their indexes: an immutable value. One to which nothing happened since it came follows from its user and from what it came
/// with, which all that came with it share: it takes a place in a page, and is put together, its id too, when somebody reads it (B261).
/// </summary>
public sealed class CloudPcRows
{
    internal static readonly CloudPcRows Empty = new(PagedVector<Place>.Empty);

    private readonly PagedVector<Place> _places;

    private CloudPcRows(PagedVector<Place> places) => _places = places;

    /// <summary>One more than the highest index there was.</summary>
    public int Count => _places.Count;

    /// <summary>The Cloud PC at an index below <see cref="Count"/>; null where one is gone. Equal ones need not be the same object.</summary>
    public CloudPc? this[int index] => _places[index].Read(index);

    /// <summary>Where the Cloud PC at an index below <see cref="Count"/> stands, at less cost than all of it; null where one is gone.</summary>
    public CloudPcStanding? Standing(int index) => _places[index].Standing;

    /// <summary>What the Cloud PC at an index came with, and its user then, when nothing happened to it since.</summary>
    internal (Arrival Arrival, User Person)? Arrived(int index) => _places[index] is { Row: Arrival arrival, Person: { } person } ? (arrival, person) : null;

    internal Builder ToBuilder() => new(this);

    /// <summary>What Cloud PCs that come together come with.</summary>
    /// <param name="Tenant">The tenant's id.</param>
    /// <param name="Plan">The index of their service plan.</param>
    /// <param name="PlanName">The plan's name at that time.</param>
    /// <param name="Policy">The index of the policy under which they wait; -1 for none.</param>
    /// <param name="Status">Where they stand.</param>
    /// <param name="At">When they came.</param>
    internal sealed record Arrival(Guid Tenant, int Plan, string PlanName, int Policy, CloudPcStatus Status, DateTimeOffset At)
    {
        /// <summary>A row as it comes, and as it stays until something else happens to it (B261).</summary>
        public CloudPc Row(int index, int user, User person) => new(IdsByName.OfCloudPc(Tenant, index), person.Id, user, Plan, Status)
        {
            Policy = Policy,
            Name = new CloudPcName(PlanName, person.DisplayName),
            ConditionsSince = At,
            ModifiedAt = At,
        };
    }

    // A Cloud PC; or an arrival, with the person as it was then and the person's index; or nothing.
    internal readonly record struct Place(object? Row, User? Person, int User)
    {
        public CloudPcStanding? Standing => Row switch
        {
            Arrival came => new CloudPcStanding(User, came.Plan, came.Policy, came.Status),
            CloudPc row => new CloudPcStanding(row.User, row.Plan, row.Policy, row.Status),
            _ => null,
        };

        public CloudPc? Read(int index) => Row is Arrival arrival ? arrival.Row(index, User, Person!) : (CloudPc?)Row;
    }

    /// <summary>Collects writes; one owner, one thread.</summary>
    internal sealed class Builder(CloudPcRows source)
    {
        private readonly PagedVector<Place>.Builder _places = source._places.ToBuilder();

        public int Count => _places.Count;

        public CloudPc? this[int index]
        {
            get => _places[index].Read(index);
            set => _places[index] = value is null ? default : new Place(value, null, value.User);
        }

        public CloudPcStanding? Standing(int index) => index < _places.Count ? _places[index].Standing : null;

        public Arrival? Arrived(int index) => _places[index].Row as Arrival;

        public Guid UserIdOf(int index) => _places[index] is { Person: { } person } ? person.Id : this[index]!.UserId;

        public void Grow(int count) => _places.Grow(count);

        public void Come(int index, Arrival arrival, int user, User person) => _places[index] = new Place(arrival, person, user);

        public CloudPcRows Seal() => _places.Seal() is var places && ReferenceEquals(places, source._places) ? source : new CloudPcRows(places);
    }
}

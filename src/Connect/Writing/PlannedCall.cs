using System.Text.Json.Serialization;

namespace Berth.Connect.Writing;

/// <summary>A license that somebody must be seen to have before something is taken from them (B571).</summary>
/// <param name="UserId">Who.</param>
/// <param name="GroupId">The group that gives it; null for a direct one.</param>
/// <param name="SkuId">The SKU.</param>
public sealed record Gain(Guid UserId, Guid? GroupId, Guid SkuId);

/// <summary>One request that changes the tenant.</summary>
/// <param name="Number">Its number in the run, from 0, in the order of sending.</param>
/// <param name="Stage">When it is sent.</param>
/// <param name="Wishes">The rows that it carries: one, or up to <see cref="CallPlan.MembersOfACall"/> members of one group.</param>
/// <param name="After">What must have arrived before; else the call is held back.</param>
public sealed record PlannedCall(int Number, CallStage Stage, [property: JsonRequired] IReadOnlyList<Wish> Wishes, [property: JsonRequired] IReadOnlyList<Gain> After);

// evaluateDynamicMembership, read by the generated models down to the leaves of its tree.
import {
  createEvaluateDynamicMembershipResultFromDiscriminatorValue, createGroupFromDiscriminatorValue, createUserFromDiscriminatorValue, serializeGroup, serializeUser,
} from "@microsoft/msgraph-beta-sdk/models/index.js";
import { post, tell } from "./client.mjs";

const alias = `beta-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
const user = await post("/users", {
  accountEnabled: true, displayName: `Somebody ${alias}`, mailNickname: alias, userPrincipalName: `${alias}@contoso.example`, usageLocation: "US", department: alias,
  passwordProfile: { password: "never-used-1A", forceChangePasswordNextSignIn: true },
}, serializeUser, createUserFromDiscriminatorValue);
const group = await post("/groups", {
  displayName: `Group ${alias}`, mailEnabled: false, mailNickname: alias, securityEnabled: true, groupTypes: ["DynamicMembership"],
  membershipRule: `(user.department -eq "${alias}") -and (user.usageLocation -eq "US")`, membershipRuleProcessingState: "On",
}, serializeGroup, createGroupFromDiscriminatorValue);
const result = await post(`/groups/${group.id}/evaluateDynamicMembership`, { memberId: user.id }, null, createEvaluateDynamicMembershipResultFromDiscriminatorValue);
const leaves = (node) => node.expressionEvaluationDetails?.length
  ? node.expressionEvaluationDetails.flatMap(leaves)
  : [{ expression: node.expression, result: node.expressionResult, property: node.propertyToEvaluate?.propertyName, value: node.propertyToEvaluate?.propertyValue }];

tell({
  alias,
  types: group.groupTypes,
  rule: result.membershipRule,
  result: result.membershipRuleEvaluationResult,
  whole: result.membershipRuleEvaluationDetails.expressionResult,
  leaves: leaves(result.membershipRuleEvaluationDetails),
});

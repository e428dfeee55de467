import ts from 'typescript';
import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { isFunctionNode, lineOf } from '../syntax.js';
import { activitiesOf, activityUnit, beatOf, proxiesIn, type Activity } from './activities.js';
import { beatInterval } from './beat-interval.js';
import { isDedicated } from './dedicated-queue.js';
import { find, names, own } from './syntax.js';
import { durationOf, optionsOf as optionsIn, type Options } from './options.js';
import type { World } from './world.js';

/** A minute is what many give a quick activity; above it a crash is noticed late. */
const longer = 60_000;

/** From here on it is late whatever the activity does: also a quick one is waited for that long when its worker dies. */
const surely = 600_000;

export function requireHeartbeatTimeout(unit: Unit, world: World): readonly HazardSite[] {
  return proxiesIn(unit, world).flatMap(({ node, options, activities }): readonly HazardSite[] => {
    if (options.has('heartbeatTimeout')) return [];
    const effect = 'require-heartbeat-timeout';
    const limit = attemptLimit(options, world);
    // Of a crash in so short an attempt one hears soon enough.
    if (limit !== undefined && limit < longer) return [];
    const beating = activities.find((activity) => beatOf(activity, world) !== undefined);
    if (beating !== undefined) {
      const label = `proxyActivities() for ${beating.name}, which beats, without a heartbeatTimeout`;
      return [{ unit, node, effect, label }];
    }
    if (limit === undefined || limit <= longer) return [];
    // What somebody else completes has nobody to beat for it.
    if (isCompletedElsewhere(activities)) return [];
    const long = activities.find((activity) => goesOn(activity, world));
    if (long === undefined && limit < surely) return [];
    const whose = long === undefined ? '' : ` for ${long.name}, which loops,`;
    return [{ unit, node, effect, label: `proxyActivities()${whose} with ${text(options)} and no heartbeatTimeout` }];
  });
}

function isCompletedElsewhere(activities: readonly Activity[]): boolean {
  return activities.some(({ code }) => code.getSourceFile().text.includes('CompleteAsyncError'));
}

/** How long one attempt may take: without a start-to-close timeout it is as long as all of them. */
function attemptLimit(options: Options, world: World): number | undefined {
  const given = options.get('startToCloseTimeout') ?? options.get('scheduleToCloseTimeout');
  const limit = given && durationOf(given, world);
  return typeof limit === 'number' ? limit : undefined;
}

function text(options: Options): string {
  const name = options.has('startToCloseTimeout') ? 'startToCloseTimeout' : 'scheduleToCloseTimeout';
  return `${name}: ${options.get(name)?.getText() ?? ''}`;
}

export function requireHeartbeat(unit: Unit, world: World): readonly HazardSite[] {
  return proxiesIn(unit, world).flatMap(({ node, options, activities }): readonly HazardSite[] => {
    const given = options.get('heartbeatTimeout');
    const beat = given && durationOf(given, world);
    const limit = attemptLimit(options, world);
    // A heartbeat timeout as long as the attempt changes nothing.
    if (typeof beat !== 'number' || (limit !== undefined && beat >= limit)) return [];
    const silent = activities.filter(
      (activity) => beatOf(activity, world) === undefined && goesOn(activity, world) && hasNoHelp(activity, world),
    );
    const effect = 'require-heartbeat';
    return [
      ...silent.map(({ name, code }): HazardSite => {
        const file = code.getSourceFile();
        const at = `${name} (line ${lineOf(file, code.getStart())} of its file) loops without a heartbeat`;
        return { unit, node, effect, label: at };
      }),
      ...activities.flatMap((activity): readonly HazardSite[] => {
        const beat = forgetfulBeat(activity, world);
        if (beat === undefined) return [];
        const line = lineOf(beat.getSourceFile(), beat.getStart());
        const label = `${activity.name} beats without its checkpoint (line ${line} of its file) after a beat with one`;
        return [{ unit, node, effect, label, remedy: 'Pass the checkpoint with each beat: the last one counts.' }];
      }),
    ];
  });
}

/** A beat that takes back the checkpoint of an earlier one, in an activity that resumes from it. */
function forgetfulBeat(activity: Activity, world: World): ts.Node | undefined {
  const unit = activityUnit(activity, world);
  if (unit === undefined || !names(unit.node, /^heartbeatDetails$/)) return undefined;
  const beats = world
    .project()
    .hazards(unit, 'heartbeats')
    .map(({ node }) => node)
    .filter(ts.isCallExpression);
  const [first] = beats.filter((beat) => beat.arguments.length > 0);
  if (first === undefined) return undefined;
  return beats.find((beat) => beat.arguments.length === 0 && (beat.pos > first.pos || isInLoopWith(beat, first)));
}

function isInLoopWith(one: ts.Node, other: ts.Node): boolean {
  const loop = ts.findAncestor(one, (node) => ts.isIterationStatement(node, false) || isFunctionNode(node));
  return loop !== undefined && !isFunctionNode(loop) && loop.pos <= other.pos && other.end <= loop.end;
}

/** Whether an activity's own code waits in a loop: how often depends on what it is given. */
function goesOn(activity: Activity, world: World): boolean {
  const unit = activityUnit(activity, world);
  if (unit === undefined) return false;
  return [...surelyRun(unit, world)].some((at) => isFunctionNode(at.node) && loopOf(at.node) !== undefined);
}

/** A function and those that it calls by name: of a member with several implementations any may run, or none. */
function surelyRun(unit: Unit, world: World): ReadonlySet<Unit> {
  const found = new Set([unit]);
  for (const one of found) {
    const { edges } = world.project().from(one);
    for (const { node, to } of edges) {
      const isOnly = edges.every((other) => other.node !== node || other.to === to);
      if (isOnly && ts.isCallExpression(node) && ts.isIdentifier(node.expression)) found.add(to);
    }
  }
  return found;
}

/** The first open-ended loop in a function that waits for something. */
function loopOf(code: ts.Node): ts.IterationStatement | undefined {
  const isLoop = (node: ts.Node): node is ts.IterationStatement =>
    ts.isIterationStatement(node, false) && (awaits(node) || isAwaiting(node));
  const found = find(code, isLoop);
  return found !== undefined && isLoop(found) ? found : undefined;
}

function isAwaiting(node: ts.Node): boolean {
  return ts.isForOfStatement(node) && node.awaitModifier !== undefined;
}

function awaits(node: ts.Node): boolean {
  return own(node, ts.isAwaitExpression);
}

/** Whether nothing else may beat for the activity: a package it calls with its context, an interceptor, a name we don't know. */
function hasNoHelp(activity: Activity, world: World): boolean {
  const unit = activityUnit(activity, world);
  if (unit === undefined) return false;
  const reached = world.reachedFrom(unit, world.project());
  if ([...reached].some(({ node }) => names(node, /beat|^Context$|keepAlive/i))) return false;
  return !world.mentions(beatingInterceptor);
}

const beatingInterceptor = /ActivityInboundCallsInterceptor[^]*beat|beat[^]*ActivityInboundCallsInterceptor/;
const anyInterceptor = /ActivityInboundCallsInterceptor[^]*(cancel|abort|signal)/i;

export function activityObservesCancellation(unit: Unit, world: World): readonly HazardSite[] {
  return proxiesIn(unit, world).flatMap(({ node, options, activities }): readonly HazardSite[] => {
    if (!options.has('heartbeatTimeout')) return [];
    return activities.flatMap((activity): readonly HazardSite[] => {
      const beat = beatOf(activity, world);
      const own = activityUnit(activity, world);
      if (own === undefined || beat === undefined || beat === 'by itself') return [];
      // It beats in a loop of its own, be it by a helper: that is where it should stop.
      if (!beatsIn(own, beat, world).some(isInAwaitingLoop)) return [];
      const reached = world.reachedFrom(own, world.project());
      if ([...reached].some((at) => names(at.node, observes))) return [];
      if (world.mentions(anyInterceptor)) return [];
      const label = `${activity.name} beats in a loop and never looks at its cancellation`;
      return [{ unit, node, effect: 'activity-observes-cancellation', label }];
    });
  });
}

/** The places in an activity that beat: the beat itself, or calls of helpers that do. */
function beatsIn(own: Unit, beat: HazardSite, world: World): readonly ts.Node[] {
  if (beat.unit === own) return [beat.node];
  const project = world.project();
  const leads = project.leadingTo('heartbeats');
  return project.from(own).edges.flatMap(({ to, node }) => (leads(to) ? [node] : []));
}

function isInAwaitingLoop(node: ts.Node): boolean {
  const loop = ts.findAncestor(node, (outer) => ts.isIterationStatement(outer, false) || isFunctionNode(outer));
  return loop !== undefined && !isFunctionNode(loop) && (awaits(loop) || isAwaiting(loop));
}

/** Anything that looks like stopping: the signal, the promise, the SDK's own sleep, which rejects. */
const observes = /cancel|abort|signal|^sleep$|shutdown/i;

export function requireActivityTimeout(unit: Unit, world: World): readonly HazardSite[] {
  return world.callsOf(unit).flatMap(({ name, module, node }): readonly HazardSite[] => {
    const [given] = node.arguments;
    if (module !== '@temporalio/workflow' || given === undefined) return [];
    if (name !== 'proxyActivities' && name !== 'proxyLocalActivities') return [];
    const options = optionsIn(given, world);
    if (options === undefined) return [];
    const effect = 'require-activity-timeout';
    const hazards: HazardSite[] = [];
    for (const key of timeouts) {
      const value = options.get(key);
      if (value !== undefined && durationOf(value, world) === 'invalid') {
        const label = `${name}() with ${key}: ${value.getText()}, which is no duration`;
        hazards.push({
          unit,
          node,
          effect,
          label,
          remedy: "Write it as '30 seconds', '5 minutes' or a number of milliseconds.",
        });
      }
    }
    if (!options.has('startToCloseTimeout') && !options.has('scheduleToCloseTimeout')) {
      const label = `${name}() with neither startToCloseTimeout nor scheduleToCloseTimeout`;
      hazards.push({ unit, node, effect, label, remedy: 'The SDK throws a TypeError: set startToCloseTimeout.' });
    }
    const [beat, attempt] = ['heartbeatTimeout', 'startToCloseTimeout'].map((key) => {
      const value = options.get(key);
      return value && durationOf(value, world);
    });
    if (typeof beat === 'number' && typeof attempt === 'number' && beat >= attempt && attempt > 0) {
      const label = `${name}() with a heartbeatTimeout that is not shorter than its startToCloseTimeout`;
      const remedy = 'It never runs out first, so a crash is noticed no sooner: shorten it.';
      hazards.push({ unit, node, effect, label, remedy });
    }
    if (typeof beat === 'number') {
      const slow = activitiesOf(node, world).flatMap((activity) => {
        const interval = beatInterval(activity, world);
        return interval !== undefined && beat < 2 * interval ? [{ name: activity.name, interval }] : [];
      })[0];
      if (slow !== undefined) {
        const label = `${name}() with a heartbeatTimeout of ${beat} ms for ${slow.name}, which beats every ${slow.interval} ms`;
        const remedy = 'One late beat and it is timed out: allow for two intervals at least.';
        hazards.push({ unit, node, effect, label, remedy });
      }
    }
    const queue = options.get('taskQueue');
    if (
      queue !== undefined &&
      !options.has('scheduleToStartTimeout') &&
      !options.has('scheduleToCloseTimeout') &&
      isDedicated(queue, world)
    ) {
      const label = `${name}() on ${queue.getText()}, a queue of one host, without scheduleToStartTimeout`;
      const remedy = 'When the host is gone nobody takes the task, for ever: set scheduleToStartTimeout.';
      hazards.push({ unit, node, effect, label, remedy });
    }
    if (
      typeof attempt === 'number' &&
      attempt >= lasting &&
      !options.has('scheduleToCloseTimeout') &&
      isRetried(options, world) &&
      !isCompletedElsewhere(activitiesOf(node, world))
    ) {
      const label = `${name}() with attempts of up to ${options.get('startToCloseTimeout')?.getText() ?? ''} and no end of them`;
      const remedy = 'The server retries for ever: set scheduleToCloseTimeout, or retry.maximumAttempts.';
      hazards.push({ unit, node, effect, label, remedy });
    }
    return hazards.slice(0, 1);
  });
}

/** From here on an attempt that never succeeds costs hours each time. */
const lasting = 3_600_000;

/** Whether retries have no end that the source shows. */
function isRetried(options: Options, world: World): boolean {
  const given = options.get('retry');
  if (given === undefined) return true;
  const retry = optionsIn(given, world);
  return retry !== undefined && !retry.has('maximumAttempts');
}

const timeouts = ['startToCloseTimeout', 'scheduleToCloseTimeout', 'scheduleToStartTimeout', 'heartbeatTimeout'];

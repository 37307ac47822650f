#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include "graph/io/text.h"
#include "ops/ops.h"
using namespace weft;
static const double inf=std::numeric_limits<double>::infinity();
struct QKV{Value q,k,v;};
static QKV qkv(Graph&g,Shape lead={2},int T=5,int K=5,int d=3,int dv=2){
  auto sh=[&](int r,int c){auto s=lead.inserted(lead.rank(),r);return s.inserted(s.rank(),c);};
  return {g.input("query",DType::f32,sh(T,d)),g.input("key",DType::f32,sh(K,d)),g.input("value",DType::f32,sh(K,dv))};
}
static void emit(const char*name,const char*comment,std::function<void(Graph&)> f,bool acts){
  Graph g("g"); f(g);
  std::ofstream o(std::string("/work/main/tests/passes/recognise/")+name+".ir");
  o<<"# "<<comment<<"\n"<<to_text(g)<<(acts?"----\n":"---- unchanged\n");
}
static Value past(Graph&g,int T,int K){return less_equal(iota(g,K),reshape(iota(g,T),{-1,1}));}
int main(){
  emit("attention","The four steps as they are mostly written.",[](Graph&g){auto[q,k,v]=qkv(g);g.output("y",matmul(softmax(matmul(q,k,false,true)*(1/std::sqrt(3.0))),v));},true);
  emit("attention_with_transposes","Any product is one of queries with transposed keys; what simplify finds twice transposed goes.",[](Graph&g){
    Value q=g.input("query",DType::f32,{2,3,5}),k=g.input("key",DType::f32,{2,3,5}),v=g.input("value",DType::f32,{2,2,5});
    g.output("y",matmul(softmax(matmul(q,k,true,false)/sqrt(g.constant(3.0))),v,false,true));},true);
  emit("attention_causal","A mask that is known to be causal is an attribute: no element of it is computed. Softmax by hand.",[](Graph&g){auto[q,k,v]=qkv(g,{2,2},5,7);
    Value s=select(past(g,5,7),matmul(q,k,false,true)*0.5,g.constant(-1e9));
    Value e=exp(s-reduce_max(s,{-1},true)); g.output("y",matmul(e/reduce_sum(e,{-1},true),v));},true);
  emit("attention_causal_by_constant","The same as numbers that are added, of a constant.",[](Graph&g){auto[q,k,v]=qkv(g,{2},3,3,2,2);
    float n=-std::numeric_limits<float>::infinity();
    Value m=g.constant(Tensor::of<float>({3,3},{0,n,n,0,0,n,0,0,0}));
    g.output("y",matmul(softmax(matmul(q,k,false,true)+m),v));},true);
  emit("attention_scaled_behind_its_mask","What stands in place of scores is scaled, too. True where a key comes later: not causal but its opposite, negated.",[](Graph&g){auto[q,k,v]=qkv(g);
    Value later=less(reshape(iota(g,5),{5,1}),iota(g,5));
    g.output("y",matmul(softmax(select(later,g.constant(-inf),matmul(q,k,false,true))/sqrt(g.constant(4.0))),v));},true);
  emit("attention_padding","Keys that no query attends to. A query that attends to nothing gave all keys the same weight, and still does.",[](Graph&g){auto[q,k,v]=qkv(g,{2},5,17);
    Value w=g.input("within",DType::boolean,{2,1,17});
    g.output("y",matmul(softmax(select(w,matmul(q,k,false,true)*0.5,g.constant(-1e9))),v));},true);
  emit("attention_padding_infinite","With -inf such a query gave NaN, so that the op may do what it likes. Two masks are one, and the causal one is an attribute.",[](Graph&g){auto[q,k,v]=qkv(g,{2,2},5,5);
    Value w=g.constant(Tensor::of<std::uint8_t>({2,1,1,5},{1,1,0,1,0,1,0,0,1,1}));
    Value s=select(w,matmul(q,k,false,true)*0.5,g.constant(-inf));
    g.output("y",matmul(softmax(select(past(g,5,5),s,g.constant(-inf))),v));},true);
  emit("attention_added_mask","Numbers of any size that are added.",[](Graph&g){auto[q,k,v]=qkv(g,{2},5,7);
    g.output("y",matmul(softmax(matmul(q,k,false,true)*0.5+g.input("mask",DType::f32,{2,1,7})),v));},true);
  emit("attention_dropout","The same weights are dropped: the op draws by the place of a weight as well.",[](Graph&g){auto[q,k,v]=qkv(g,{2},5,7);
    g.output("y",matmul(dropout(softmax(matmul(q,k,false,true)),g.constant(3.0,DType::i32),{.rate=0.25,.seed=5,.stream="weights"}),v));},true);
  emit("attention_of_heads","Heads and batch are one axis in the products, two where the mask is. One key and value for all heads.",[](Graph&g){
    Value q=g.input("query",DType::f32,{4,5,3}),k=g.input("key",DType::f32,{1,7,3}),v=g.input("value",DType::f32,{1,7,2});
    Value s=reshape(matmul(q,k,false,true),{2,2,5,7})*0.5;
    Value p=softmax(s+g.input("mask",DType::f32,{2,1,1,7}));
    g.output("y",reshape(matmul(reshape(p,{4,5,7}),v),{2,2,5,2}));},true);
  emit("attention_padding_and_causal","A finite number in two masks: a query may attend to nothing, so the masks are one of bool.",[](Graph&g){auto[q,k,v]=qkv(g,{2},5,5);
    Value w=g.input("within",DType::boolean,{2,1,5});
    Value s=select(w,matmul(q,k,false,true),g.constant(-1e9));
    g.output("y",matmul(softmax(select(past(g,5,5),s,g.constant(-1e9))),v));},true);
  emit("softmax_by_hand","With the largest subtracted, and without.",[](Graph&g){Value x=g.input("x",DType::f32,{3,5});
    Value e=exp(x-reduce_max(x,{-1},true)); g.output("a",e/reduce_sum(e,{-1},true));
    Value f=exp(x); g.output("b",f/reduce_sum(f,{0}));},true);
  emit("softmax_by_hand_stopped","The largest as a constant for the gradient, and its axis put back by reshape.",[](Graph&g){Value x=g.input("x",DType::f32,{3,5,2});
    Value e=exp(x-stop_gradient(expand_dims(reduce_max(x,{1}),1))); g.output("y",e/expand_dims(reduce_sum(e,{1}),1));},true);
  emit("log_of_softmax","log_softmax is finite where a probability is too small for a number.",[](Graph&g){g.output("y",log(softmax(g.input("x",DType::f32,{3,5}),0)));},true);
  // near misses
  emit("weights_read_elsewhere","Near miss: the weights are an output, and must be stored.",[](Graph&g){auto[q,k,v]=qkv(g);Value p=softmax(matmul(q,k,false,true));g.output("weights",p);g.output("y",matmul(p,v));},false);
  emit("scores_read_elsewhere","Near miss: so must scores.",[](Graph&g){auto[q,k,v]=qkv(g);Value s=matmul(q,k,false,true);g.output("largest",reduce_max(s));g.output("y",matmul(softmax(s),v));},false);
  emit("scale_of_each_query","Near miss: the scale is no number that is known.",[](Graph&g){auto[q,k,v]=qkv(g);g.output("y",matmul(softmax(matmul(q,k,false,true)*g.input("scale",DType::f32,{5,1})),v));},false);
  emit("softmax_over_queries","Near miss: the softmax is over the other axis.",[](Graph&g){auto[q,k,v]=qkv(g);g.output("y",matmul(softmax(matmul(q,k,false,true),1),v));},false);
  emit("weights_transposed","Near miss: the weights enter transposed, so that queries are summed over.",[](Graph&g){auto[q,k,v]=qkv(g);g.output("y",matmul(softmax(matmul(q,k,false,true)),v,true));},false);
  emit("mask_adds_an_axis","Near miss: the mask makes more scores than there are products.",[](Graph&g){Value q=g.input("query",DType::f32,{5,3}),k=g.input("key",DType::f32,{7,3}),v=g.input("value",DType::f32,{2,7,2});
    g.output("y",matmul(softmax(matmul(q,k,false,true)+g.input("mask",DType::f32,{2,1,7})),v));},false);
  emit("mask_not_low","Near miss: what stands in place of scores is not so low that its weight is 0.",[](Graph&g){auto[q,k,v]=qkv(g);
    g.output("y",matmul(softmax(select(past(g,5,5),matmul(q,k,false,true),g.constant(-100.0))),v));},false);
  emit("causal_and_added","Near miss: where all that a query may attend to has a low number added, by hand it attends to later keys, too.",[](Graph&g){auto[q,k,v]=qkv(g);
    Value s=matmul(q,k,false,true)+g.input("mask",DType::f32,{2,1,5});
    g.output("y",matmul(softmax(select(past(g,5,5),s,g.constant(-1e9))),v));},false);
  emit("few_queries","Near miss: the scores are fewer than what the op copies of keys and values.",[](Graph&g){auto[q,k,v]=qkv(g,{2},2,7,3,2);g.output("y",matmul(softmax(matmul(q,k,false,true)),v));},false);
  emit("batch_of_values","Near miss: the weights are used for several batches of values.",[](Graph&g){Value q=g.input("query",DType::f32,{5,3}),k=g.input("key",DType::f32,{7,3}),v=g.input("value",DType::f32,{2,7,2});
    g.output("y",matmul(softmax(matmul(q,k,false,true)),v));},false);
  emit("sum_of_another","Near miss: what is divided by is the sum of another value.",[](Graph&g){Value x=g.input("x",DType::f32,{3,5});
    g.output("y",exp(x)/reduce_sum(exp(g.input("z",DType::f32,{3,5})),{-1},true));},false);
  emit("sum_without_its_axis","Near miss: the sums of rows divide columns.",[](Graph&g){Value x=g.input("x",DType::f32,{3,3});
    Value e=exp(x);g.output("y",e/reduce_sum(e,{1}));},false);
  emit("exponentials_read_elsewhere","Near miss: the exponentials are needed as they are.",[](Graph&g){Value e=exp(g.input("x",DType::f32,{3,5}));
    g.output("e",e);g.output("y",e/reduce_sum(e,{-1},true));},false);
  emit("softmax_read_elsewhere","Near miss: the probabilities are needed beside their logarithms.",[](Graph&g){Value p=softmax(g.input("x",DType::f32,{3,5}));
    g.output("p",p);g.output("y",log(p));},false);
}
